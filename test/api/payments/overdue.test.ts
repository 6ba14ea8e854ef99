import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import { createAuditLog } from '@sightline/server/domain/audit/audit-log';
import { createInvoiceDesk } from '@sightline/server/domain/billing/payments/invoice-desk';
import { createPayments } from '@sightline/server/domain/billing/payments/create-payments';
import { createSubscriptionSteps } from '@sightline/server/domain/billing/subscriptions/subscription-steps';
import { manualPayments } from '@sightline/server/infra/manual-payments';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { createMailbox } from '../../harness/mailbox.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { signIn, signUp, uuidOf } from '../../harness/people.ts';
import { advanceClock, createSandbox } from '../../harness/sandbox.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { until } from '../../harness/until.ts';
import { ask, standing, subscribe } from '../billing/billing.ts';
import { invoicesOf } from '../invoices/bills.ts';

const start = new Date('2027-01-31T10:20:30.000Z');
const clock = movableClock(start);
const mailbox = createMailbox();
let server: TestServer;
before(async () => {
  server = await startTestServer({ clock, ports: { mailer: mailbox.mailer } });
});
after(() => server[Symbol.asyncDispose]());

/** As another process: what the runner of due work calls, and what whoever runs the servers does by hand. */
function beside(aheadDays = () => 0) {
  const { prisma: db, ...system } = openDatabase(server.databaseUrl, { maxConnections: 2 });
  const outbox = { add: async () => {}, addPrisma: async () => {}, kick: () => {} };
  const now = () => new Date(clock.now().getTime() + aheadDays() * 86_400_000);
  const own = { now, nowOf: now, ours: clock };
  const shared = { db, clock: own, outbox, audit: createAuditLog({ clock: own }) };
  const payments = createPayments({
    ...{ ...shared, payments: manualPayments, mail: { kick: () => {} }, log: { warn: () => {} } },
    ...{ webUrl: () => 'http://here', apply: createSubscriptionSteps({ outbox }).apply },
  });
  const { pool } = system;
  return {
    payments,
    desk: createInvoiceDesk(shared),
    async [Symbol.asyncDispose]() {
      await db.$disconnect();
      await pool.end();
    },
  };
}

test('a bill that nobody pays is past due by itself, and a payment that is noted by hand mends it', async () => {
  await using it = beside();
  let person = await signUp(server, 'overdue');
  const organizationId = uuidOf(person.organizationId);
  await subscribe(server, person, { planCode: 'pro', trial: false });
  const [bill] = await invoicesOf(server, person);
  const state = async () => (await standing(server, person)).subscription.state as string;
  const look = async (days: number) => {
    clock.advance({ days });
    const isDue = (await it.payments.organizations()).includes(organizationId);
    for (let time = 0; isDue && time < 2; time += 1) await it.payments.work(organizationId, clock.now());
    person = await signIn(server, person.email);
    return state();
  };
  assert.deepEqual(await it.payments.next(organizationId, start), new Date(bill?.dueAt));
  assert.deepEqual([await look(13), await look(1)], ['ACTIVE', 'PAST_DUE']);
  assert.deepEqual(
    await it.payments.next(organizationId, clock.now()),
    new Date(clock.now().getTime() + 3 * 86_400_000),
  );
  assert.deepEqual([await look(3), await look(5), await look(7)], ['PAST_DUE', 'PAST_DUE', 'GRACE']);
  assert.equal(await it.payments.next(organizationId, start), null);
  await it.desk.paid(bill?.number, 'a transfer');
  assert.equal(await state(), 'ACTIVE');
  assert.equal((await it.payments.organizations()).includes(organizationId), false);
});

test('a sandbox lives through it in order: a failure, past due, grace, the end, and back once it is paid', async () => {
  let aheadDays = 0;
  await using it = beside(() => aheadDays);
  const sandbox = await createSandbox(server, 'unpaid');
  await subscribe(server, sandbox, { planCode: 'pro', trial: false });
  const [bill] = await invoicesOf(server, sandbox);
  const begin = clock.now();
  await it.desk.failed(bill?.number, false);
  await advanceClock(server, sandbox, 'P30D');
  aheadDays = 30;
  const changes = await query(
    server.databaseUrl,
    `select "event", "toState"::text as "state", "at" from "SubscriptionChange"
      where "organizationId" = '${uuidOf(sandbox.organizationId)}' order by "revision"`,
  );
  const day = ({ at }: Record<string, unknown>) => Math.floor(((at as Date).getTime() - begin.getTime()) / 86_400_000);
  assert.deepEqual(
    changes.map((change) => `${String(change['event'])} ${String(change['state'])} ${day(change)}`),
    ['subscribed ACTIVE 0', 'paymentFailed PAST_DUE 0', 'retriesExhausted GRACE 15', 'graceEnded CANCELED 22'],
  );
  assert.equal((await ask(server, sandbox, 'subscribe', { planCode: 'pro' })).code, 'PAYMENT_REQUIRED');
  // Of the three tries that the server saw fail, each is told once, by a notice and a mail.
  const { notifications } = (
    await graphql(server, '{ notifications { edges { node { kind values { name value } } } } }', {}, sandbox)
  ).expectData();
  const kinds = notifications.edges.map(({ node }: { node: { kind: string } }) => node.kind);
  assert.deepEqual(kinds, ['payment.failed', 'payment.failed', 'payment.failed']);
  assert.ok(notifications.edges[0].node.values.some(({ value }: { value: string }) => value === '49.00 EUR'));
  await until(async () => mailbox.mails.filter(({ text }) => text.includes(`${bill?.number}`)).length === 3);

  for (const open of (await invoicesOf(server, sandbox)).filter(({ dueMinor }) => dueMinor > 0)) {
    await it.desk.paid(open['number'], 'play money');
  }
  assert.equal((await subscribe(server, sandbox, { planCode: 'pro' })).state, 'ACTIVE');
});

test('whoever ends what they have owes its last bill all the same', async () => {
  await using it = beside();
  const person = await signUp(server, 'leaver');
  const organizationId = uuidOf(person.organizationId);
  await subscribe(server, person, { planCode: 'pro', trial: false });
  const [bill] = await invoicesOf(server, person);
  await ask(server, person, 'cancelSubscription', { atPeriodEnd: false });
  for (const days of [14, 3, 5, 7]) {
    clock.advance({ days });
    await it.payments.work(organizationId, clock.now());
  }
  const again = await signIn(server, person.email);
  assert.equal((await ask(server, again, 'subscribe', { planCode: 'pro' })).code, 'PAYMENT_REQUIRED');
  await it.desk.paid(bill?.number, 'late');
});
