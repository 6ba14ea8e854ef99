import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import { createAuditLog } from '@sightline/server/domain/audit/audit-log';
import { createPayments } from '@sightline/server/domain/billing/payments/create-payments';
import { createSubscriptionSteps } from '@sightline/server/domain/billing/subscriptions/subscription-steps';
import { createStripePayments } from '@sightline/server/infra/stripe-payments';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { signIn, signUp, uuidOf } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { ask, standing, subscribe } from '../billing/billing.ts';
import { invoicesOf } from '../invoices/bills.ts';
import { startFakeStripe } from './fake-stripe.ts';

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

function paymentsBeside() {
  const system = openDatabase(server.databaseUrl, {});
  const outbox = { add: async () => {}, addPrisma: async () => {}, kick: () => {} };
  const own = { now: () => clock.now(), nowOf: () => clock.now(), ours: clock };
  const payments = createPayments({
    ...{ db: system.prisma, clock: own, outbox, audit: createAuditLog({ clock: own }), log: { warn: () => {} } },
    ...{ webUrl: () => 'http://here', ...createSubscriptionSteps({ outbox }), mail: { kick: () => {} } },
    payments: createStripePayments({
      secretKey: stripe.env.STRIPE_SECRET_KEY,
      webhookSecret: stripe.env.STRIPE_WEBHOOK_SECRET,
      apiUrl: stripe.env.STRIPE_API_URL,
    }),
  });
  return { payments, [Symbol.asyncDispose]: () => system[Symbol.asyncDispose]() };
}

test('a kept card is charged once for each try, four times at most, and then given up', async () => {
  await using beside = paymentsBeside();
  const { payments } = beside;
  let person = await signUp(server, 'collected');
  const organizationId = uuidOf(person.organizationId);
  await subscribe(server, person, { planCode: 'pro', trial: false });
  const [bill] = await invoicesOf(server, person);
  assert.deepEqual(await payments.organizations(), []);
  const text = `mutation ($id: ID!) { startCheckout(input: { invoiceId: $id, returnTo: "/" }) { __typename } }`;
  (await graphql(server, text, { id: bill?.id }, person)).expectData();
  assert.deepEqual(await payments.organizations(), [organizationId]);

  const charges = () => stripe.asked.filter(({ path }) => path === '/v1/payment_intents');
  const look = async (days: number) => {
    clock.advance({ days });
    await payments.work(organizationId, clock.now());
    await payments.work(organizationId, clock.now());
    person = await signIn(server, person.email);
    return [charges().length, (await standing(server, person)).subscription.state as string];
  };
  stripe.state.declines = true;
  assert.deepEqual(await look(0), [1, 'PAST_DUE']);
  assert.deepEqual(await look(2), [1, 'PAST_DUE']);
  assert.deepEqual(await look(1), [2, 'PAST_DUE']);
  assert.deepEqual(await look(5), [3, 'PAST_DUE']);
  // A crash after the charge, before it was written down: the same try is the same charge.
  await query(
    server.databaseUrl,
    `delete from "Payment" where "providerPaymentId" = (select max("providerPaymentId") from "Payment")`,
  );
  assert.deepEqual(await look(0), [4, 'PAST_DUE']);
  const keys = charges().map(({ idempotencyKey }) => idempotencyKey);
  assert.deepEqual(
    keys,
    [0, 1, 2, 2].map((attempt) => `invoice-${uuidOf(bill?.id)}-${attempt}`),
  );
  assert.deepEqual(await look(7), [5, 'GRACE']);
  assert.deepEqual(await look(1), [5, 'GRACE']);
});

test('whoever leaves no card is past due like whoever leaves one that fails', async () => {
  await using beside = paymentsBeside();
  const { payments } = beside;
  let person = await signUp(server, 'cardless');
  const organizationId = uuidOf(person.organizationId);
  await subscribe(server, person, { planCode: 'pro', trial: false });
  const look = async (days: number) => {
    clock.advance({ days });
    const ids = await payments.organizations();
    if (ids.includes(organizationId)) await payments.work(organizationId, clock.now());
    person = await signIn(server, person.email);
    return (await standing(server, person)).subscription.state as string;
  };
  const states = [await look(13), await look(1), await look(3), await look(5), await look(7), await look(1)];
  assert.deepEqual(states, ['ACTIVE', 'PAST_DUE', 'PAST_DUE', 'PAST_DUE', 'GRACE', 'GRACE']);
});

test('a bill that the provider does not collect holds no other up', async () => {
  await using beside = paymentsBeside();
  const { payments } = beside;
  const person = await signUp(server, 'pennies');
  const organizationId = uuidOf(person.organizationId);
  await subscribe(server, person, { planCode: 'pro', trial: false });
  const [bill] = await invoicesOf(server, person);
  const text = `mutation ($id: ID!) { startCheckout(input: { invoiceId: $id, returnTo: "/" }) { __typename } }`;
  (await graphql(server, text, { id: bill?.id }, person)).expectData();
  await ask(server, person, 'changePlan', { planCode: 'business', when: 'NOW' });
  Object.assign(stripe.state, { declines: false, refusesAmount: bill?.totalMinor });
  try {
    await payments.work(organizationId, clock.now());
  } finally {
    stripe.state.refusesAmount = null;
  }
  assert.deepEqual(
    (await invoicesOf(server, person)).map(({ state }) => state as string),
    ['OPEN', 'PAID'],
  );
});
