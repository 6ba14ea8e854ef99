import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export const webhookSecret = 'whsec_of_tests_0123456789abcdef0123456789';

export type Asked = { method: string; path: string; form: Record<string, string>; idempotencyKey: string | null };

/** What the API of Stripe answers to the few things we ask of it. */
export async function startFakeStripe() {
  const asked: Asked[] = [];
  /** By their idempotency key, as theirs does. */
  const made = new Map<string, { status: number; body: object }>();
  const state = { cards: true, declines: false, refuses: false, refusesAmount: null as number | null };
  let count = 0;

  function answerTo({ method, path, form }: Asked): { status: number; body: object } {
    const id = (prefix: string) => `${prefix}_${(count += 1)}`;
    const isTooLittle = state.refusesAmount !== null && form['amount'] === String(state.refusesAmount);
    if (state.refuses || isTooLittle)
      return { status: 400, body: { error: { type: 'invalid_request_error', message: 'no' } } };
    if (path === '/v1/customers') return { status: 200, body: { id: id('cus'), object: 'customer' } };
    if (path === '/v1/checkout/sessions') {
      return { status: 200, body: { id: id('cs'), object: 'checkout.session', url: 'https://checkout.example/1' } };
    }
    if (path === '/v1/billing_portal/sessions') {
      return { status: 200, body: { id: id('bps'), url: 'https://portal.example/1' } };
    }
    if (method === 'GET') {
      const data = state.cards ? [{ id: 'pm_1', object: 'payment_method' }] : [];
      return { status: 200, body: { object: 'list', data, has_more: false } };
    }
    const intent = {
      ...{ id: id('pi'), object: 'payment_intent', amount: Number(form['amount']), currency: form['currency'] },
      metadata: { invoiceId: form['metadata[invoiceId]'], organizationId: form['metadata[organizationId]'] },
    };
    if (!state.declines) return { status: 200, body: { ...intent, status: 'succeeded' } };
    const error = { type: 'card_error', code: 'card_declined', message: 'Your card was declined.' };
    return { status: 402, body: { error: { ...error, payment_intent: intent } } };
  }

  const server = createServer(async (request, response) => {
    const form = Object.fromEntries(new URLSearchParams(await text(request)));
    const key = request.headers['idempotency-key'];
    const one: Asked = {
      ...{ method: request.method ?? '', path: (request.url ?? '').split('?')[0] ?? '', form },
      idempotencyKey: typeof key === 'string' ? key : null,
    };
    asked.push(one);
    const known = one.idempotencyKey === null ? undefined : made.get(one.idempotencyKey);
    const answer = known ?? answerTo(one);
    if (one.idempotencyKey !== null) made.set(one.idempotencyKey, answer);
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    state,
    env: {
      ...{ STRIPE_SECRET_KEY: 'sk_test_of_tests', STRIPE_WEBHOOK_SECRET: webhookSecret },
      STRIPE_API_URL: `http://127.0.0.1:${port}`,
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An event of theirs, as its bytes. */
export function eventOf(type: string, object: object, { id, at }: { id: string; at: Date }): string {
  const created = Math.floor(at.getTime() / 1_000);
  return JSON.stringify({ id, object: 'event', type, created, data: { object } }, null, 2);
}

export function signatureOf(payload: string, at: Date, secret = webhookSecret, scheme = 'v1'): string {
  const seconds = Math.floor(at.getTime() / 1_000);
  return `t=${seconds},${scheme}=${createHmac('sha256', secret).update(`${seconds}.${payload}`).digest('hex')}`;
}

/** Tells an event; `signature` null: without any. */
export async function tell({ url }: { url: string }, payload: string, signature: string | null) {
  const response = await fetch(`${url}/webhooks/stripe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(signature !== null && { 'stripe-signature': signature }) },
    body: payload,
  });
  return { status: response.status, text: await response.text() };
}
