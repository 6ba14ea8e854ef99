import { uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { until } from '../../harness/until.ts';
import { subscribe } from '../../api/billing/billing.ts';
import { invoicesOf } from '../../api/invoices/bills.ts';
import { startFakeStripe } from '../../api/payments/fake-stripe.ts';
import { startTestServer } from '../../harness/server.ts';
import { closeOf, inRest, inResult, json, runOn } from './scene.ts';
import type { Case, Scene } from './scene.ts';

/** Agrees limits with one organization, and waits until its server remembers nothing else. */
async function agree({ server }: Scene, person: Person, limits: Record<string, number>): Promise<void> {
  const all = Object.entries({ ...limits, requestsPerMinute: 4_321 });
  const rows = all.map(([name, value]) => `('${uuidOf(person.organizationId)}', '${name}', ${value}, 'test')`);
  const insert = 'insert into "OrganizationLimit" ("organizationId", "name", "value", "reason") values';
  await query(server.databaseUrl, `${insert} ${rows.join()}`);
  await until(async () => {
    const { headers } = await graphql(server, '{ __typename }', {}, person);
    return headers.get('ratelimit-policy')?.includes('q=4321') ?? false;
  });
}

/** Somebody who may have no socket and no stream. */
async function disconnected(scene: Scene): Promise<Person> {
  const person = await scene.newPerson('disconnected');
  await agree(scene, person, { maxLiveConnections: 0 });
  return person;
}

/** Somebody with a bill, at a server whose payment provider refuses everything that is asked after that. */
async function payer({ shared, defer, clock, newPerson, server }: Scene) {
  const refusing = await shared('a server that takes payments', async () => {
    const stripe = await startFakeStripe();
    defer(async () => stripe[Symbol.asyncDispose]());
    const started = await startTestServer({ clock, databaseUrl: server.databaseUrl, env: stripe.env });
    defer(async () => started[Symbol.asyncDispose]());
    stripe.state.refuses = true;
    return started;
  });
  const person = await newPerson('payer');
  await subscribe(server, person, { planCode: 'pro', trial: false });
  const [bill] = await invoicesOf(server, person);
  return { refusing, person, input: { invoiceId: bill?.id as string, returnTo: '/' } };
}

/** What plans and subscriptions refuse. */
export const billingCases: Case[] = [
  inResult('PAYMENT_FAILED', async (scene) => {
    const { refusing, person, input } = await payer(scene);
    return { field: 'startCheckout', input, token: person.token, server: refusing };
  }),
  inResult('INVOICE_CHANGE_REFUSED', async (scene) => {
    const { person, input } = await payer(scene);
    const ofThem = `"organizationId" = '${uuidOf(person.organizationId)}'`;
    await query(scene.server.databaseUrl, `update "Invoice" set "state" = 'PAID' where ${ofThem}`);
    return { field: 'startCheckout', input, token: person.token };
  }),
  inRest('WEBHOOK_REFUSED', () => ({ path: '/webhooks/stripe', ...json({}, { 'stripe-signature': 't=1,v1=0' }) })),
  inResult('SUBSCRIPTION_CHANGE_REFUSED', async (scene) => ({
    field: 'subscribe',
    input: { planCode: 'free' },
    token: (await scene.newPerson('subscriber')).token,
  })),
  inResult('PAYMENT_REQUIRED', async (scene) => {
    const person = await scene.newPerson('debtor');
    await subscribe(scene.server, person, { planCode: 'pro', trial: false });
    await query(
      scene.server.databaseUrl,
      `update "Subscription" set "state" = 'CANCELED', "canceledAt" = now(), "pastDueSince" = now()
        where "organizationId" = '${uuidOf(person.organizationId)}'`,
    );
    return { field: 'subscribe', input: { planCode: 'pro' }, token: person.token };
  }),
  {
    code: 'PLAN_LIMIT_REACHED',
    on: 'close',
    provoke: async (scene) => closeOf(scene, { authorization: `Bearer ${(await disconnected(scene)).token}` }),
  },
  {
    code: 'PLAN_LIMIT_REACHED',
    on: 'sse',
    provoke: async (scene) =>
      runOn(scene, 'sse', {
        query: 'subscription { eventFeed(after: "0") { __typename } }',
        token: (await disconnected(scene)).token,
      }),
  },
];
