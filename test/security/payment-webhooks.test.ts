import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventOf, signatureOf, startFakeStripe, tell } from '../api/payments/fake-stripe.ts';
import { subscribe, standing, ask } from '../api/billing/billing.ts';
import { invoicesOf } from '../api/invoices/bills.ts';
import type { Answer } from '../harness/answer.ts';
import { query } from '../harness/database.ts';
import { movableClock } from '../harness/movable-clock.ts';
import { signUp, uuidOf } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { createRandom } from './fuzz/random.ts';
import type { Random } from './fuzz/random.ts';
import { isLong, report } from './report.ts';

const clock = movableClock(new Date('2027-01-31T10:20:30.000Z'));
let stripe: Awaited<ReturnType<typeof startFakeStripe>>;
let server: TestServer;
before(async () => {
  stripe = await startFakeStripe();
  server = await startTestServer({ clock, env: stripe.env });
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await stripe[Symbol.asyncDispose]();
});

const rows = async (text: string) => Number((await query(server.databaseUrl, text))[0]?.['count']);

test('an event that is not signed, not as it came, or a copy of an old one is refused and leaves nothing', async () => {
  const now = clock.now();
  const payload = eventOf('payment_intent.succeeded', { id: 'pi_0' }, { id: 'evt_bad', at: now });
  const good = signatureOf(payload, now);
  const moved = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
  const wrong: [string, string | null][] = [
    ...[null, '', 'nonsense', 't=1', `v1=${'0'.repeat(64)}`].map((text): [string, string | null] => [payload, text]),
    [payload, signatureOf(payload, now, 'whsec_of_somebody_else')],
    [payload, signatureOf(payload, now, undefined, 'v0')],
    [payload, signatureOf(payload, moved(-301))],
    [payload, signatureOf(payload, moved(-86_400))],
    [payload, good.slice(0, -1)],
    [payload, good.replace(/t=\d+/, (text) => `t=${Number(text.slice(2)) + 1}`)],
    [JSON.stringify(JSON.parse(payload)), good],
    [`${payload} `, good],
    [payload.replace('pi_0', 'pi_1'), good],
    [payload.slice(0, -1), good],
    ['', good],
    ['', signatureOf('', now)],
    ['[]', signatureOf('[', now)],
  ];
  let accepted = 0;
  for (const [body, signature] of wrong) {
    const { status, text } = await tell(server, body, signature);
    if (status !== 400 || !text.includes('WEBHOOK_REFUSED')) accepted += 1;
  }
  const left = await rows('select count(*) from "PaymentEvent"');
  report('forged payment events', { tried: wrong.length, accepted, left });
  assert.deepEqual([accepted, left], [0, 0]);
  assert.equal((await tell(server, payload, good)).status, 200);
});

/** Somebody with two bills, and all that the provider will tell of them. */
async function customer(mark: string) {
  const person = await signUp(server, mark);
  await subscribe(server, person, { planCode: 'pro', trial: false });
  await ask(server, person, 'changePlan', { planCode: 'business', when: 'NOW' });
  const [first, second] = (await invoicesOf(server, person)) as [Answer, Answer];
  const intent = (bill: Answer, id: string) => ({
    ...{ id: `${mark}_${id}`, object: 'payment_intent', amount: bill.totalMinor, currency: 'eur' },
    metadata: { invoiceId: uuidOf(bill.id), organizationId: uuidOf(person.organizationId) },
  });
  const refund = { ...intent(first, 'ch'), payment_intent: `${mark}_2`, refunded: true };
  // Some within one second: the time of an event says nothing about its order.
  const told: [string, object, number][] = [
    ['payment_intent.payment_failed', intent(first, '1'), 1],
    ['payment_intent.processing', intent(first, '2'), 2],
    ['payment_intent.succeeded', intent(first, '2'), 2],
    ['charge.refunded', refund, 9],
    ['payment_intent.payment_failed', intent(second, '3'), 3],
    ['payment_intent.payment_failed', intent(second, '4'), 4],
    ['payment_intent.succeeded', intent(second, '4'), 4],
    ['payment_intent.created', intent(second, '5'), 5],
    ['customer.updated', { id: 'cus_1' }, 6],
  ];
  const events = told.map(([type, object, seconds], index) =>
    eventOf(type, object, { id: `evt_${mark}_${index}`, at: new Date(clock.now().getTime() + seconds * 1_000) }),
  );
  return { person, events };
}

/** All that is left of it: bills, payments, the subscription. */
async function stateOf({ person }: Awaited<ReturnType<typeof customer>>, mark: string) {
  const bills = await invoicesOf(server, person);
  const { subscription } = await standing(server, person);
  const payments = await query(
    server.databaseUrl,
    `select replace("providerPaymentId", '${mark}', '') as id, "state"::text, "amountMinor"::text as amount, "providerEventAt" as at
      from "Payment" where "organizationId" = '${uuidOf(person.organizationId)}' order by 1`,
  );
  return {
    bills: bills.map(({ state, dueMinor, totalMinor }) => [state, dueMinor, totalMinor]),
    subscription: [subscription.state, subscription.pastDueSince, subscription.graceEndsAt],
    payments: payments.map(({ id, state, amount, at }) => [id, state, amount, (at as Date).toISOString()]),
  };
}

function shuffled<One>(random: Random, list: readonly One[]): One[] {
  const left = [...list];
  const out: One[] = [];
  while (left.length > 0) out.push(...left.splice(random.whole(left.length), 1));
  return out;
}

const orders = isLong ? 100 : 12;

test(`in ${orders} orders, and once each event 100 times by eight at once: the same end`, async () => {
  const random = createRandom(31);
  const inOrder = await customer('inorder');
  for (const event of inOrder.events) await tell(server, event, signatureOf(event, clock.now()));
  const expected = await stateOf(inOrder, 'inorder');
  assert.deepEqual(
    expected.bills.map(([state, due]) => [state, due]),
    [
      ['PAID', 0],
      ['PAID', 0],
    ],
  );
  assert.deepEqual(expected.subscription, ['ACTIVE', null, null]);
  let [tried, differences, refused] = [0, 0, 0];
  for (let order = 0; order < orders; order += 1) {
    const mark = `order${order}`;
    const one = await customer(mark);
    const often = order === 0 ? 100 : 1 + random.whole(3);
    const open = shuffled(random, Array.from({ length: often }, () => one.events).flat());
    tried += open.length;
    await Promise.all(
      Array.from({ length: order === 0 ? 8 : 1 + random.whole(4) }, async () => {
        for (let event = open.pop(); event !== undefined; event = open.pop()) {
          let { status } = await tell(server, event, signatureOf(event, clock.now()));
          // As they do: what was not answered well is told again.
          for (let again = 0; status >= 500 && again < 5; again += 1) {
            ({ status } = await tell(server, event, signatureOf(event, clock.now())));
          }
          if (status !== 200) refused += 1;
        }
      }),
    );
    const state = await stateOf(one, mark);
    try {
      assert.deepEqual(state, expected);
    } catch (error) {
      differences += 1;
      if (differences === 1) console.error(error);
    }
  }
  report('payment events in any order', { tried, differences, refused });
  assert.deepEqual([differences, refused], [0, 0]);
});
