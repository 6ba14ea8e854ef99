import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import { createAuditLog } from '@sightline/server/domain/audit/audit-log';
import { createSubscriptions } from '@sightline/server/domain/billing/subscriptions/create-subscriptions';
import type { SubscriptionEvent } from '@sightline/server/domain/billing/subscriptions/state-machine';
import { createOutbox } from '@sightline/server/domain/outbox/outbox';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { uuidOf } from '../../harness/people.ts';
import { advanceClock, createSandbox } from '../../harness/sandbox.ts';
import type { Sandbox } from '../../harness/sandbox.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { ask, standing, subscribe } from './billing.ts';

const start = new Date('2027-01-31T10:20:30.000Z');
const clock = movableClock(start);
const held = new AsyncDisposableStack();
let server: TestServer;
let happen: (sandbox: Sandbox, type: SubscriptionEvent['type'], at: Date) => Promise<void>;
before(async () => {
  server = held.use(await startTestServer({ clock }));
  const { prisma: db } = held.use(openDatabase(server.databaseUrl, { maxConnections: 2 }));
  const audit = createAuditLog({ clock: { ours: clock, nowOf: () => clock.now() } });
  const subscriptions = createSubscriptions({ db, clock, audit, outbox: createOutbox({ relay: { kick() {} } }) });
  // As whoever hears from a payment provider says it.
  happen = async (sandbox, type, at) => {
    const { id } = await db.subscription.findFirstOrThrow({
      where: { organizationId: uuidOf(sandbox.organizationId) },
      orderBy: { id: 'desc' },
    });
    await db.$transaction((tx) => subscriptions.apply(tx, id, { type }, at));
  };
});
after(() => held.disposeAsync());

const changesOf = async (sandbox: Sandbox) =>
  (
    await query(
      server.databaseUrl,
      `select "event", "at" from "SubscriptionChange" where "organizationId" = '${uuidOf(sandbox.organizationId)}'
        order by "revision"`,
    )
  ).map(({ event, at }) => `${String(event)} ${(at as Date).toISOString().slice(0, 16)}`);
const pricesOf = async (sandbox: Sandbox) =>
  (
    await query(
      server.databaseUrl,
      `select "amountMinor"::int as amount, "periodStartsAt" from "BillableItem"
        where "organizationId" = '${uuidOf(sandbox.organizationId)}' order by "periodStartsAt"`,
    )
  ).map(({ amount, periodStartsAt }) => `${String(amount)} ${(periodStartsAt as Date).toISOString().slice(0, 13)}`);

test('a trial becomes a paid month, and months follow, each at its own moment however far time jumps', async () => {
  const sandbox = await createSandbox(server, 'trial');
  await subscribe(server, sandbox, { planCode: 'pro' });
  await advanceClock(server, sandbox, 'P75D');
  const { subscription, limits } = await standing(server, sandbox);
  assert.deepEqual([subscription.state, subscription.periodStartsAt], ['ACTIVE', '2027-04-14T11:00:00.000Z']);
  assert.equal(limits.predictionsAreHard, false);
  assert.deepEqual(await changesOf(sandbox), [
    ...['subscribed 2027-01-31T10:20', 'trialEnded 2027-02-14T11:00'],
    ...['periodEnded 2027-03-14T11:00', 'periodEnded 2027-04-14T11:00'],
  ]);
  assert.deepEqual(await pricesOf(sandbox), ['4900 2027-02-14T11', '4900 2027-03-14T11', '4900 2027-04-14T11']);
});

test('what was canceled for the end ends with it, and costs no further day', async () => {
  const sandbox = await createSandbox(server, 'leaving');
  await subscribe(server, sandbox, { planCode: 'pro', trial: false });
  await ask(server, sandbox, 'cancelSubscription', { atPeriodEnd: true });
  await advanceClock(server, sandbox, 'P60D');
  const { subscription, plan } = await standing(server, sandbox);
  assert.deepEqual([subscription, plan.code], [null, 'free']);
  assert.deepEqual(await pricesOf(sandbox), ['4900 2027-01-31T10']);
  assert.equal((await changesOf(sandbox)).at(-1), 'periodEnded 2027-02-28T10:00');
});

test('a trial that was canceled costs nothing', async () => {
  const sandbox = await createSandbox(server, 'looking');
  await subscribe(server, sandbox, { planCode: 'business' });
  await ask(server, sandbox, 'cancelSubscription', { atPeriodEnd: true });
  await advanceClock(server, sandbox, 'P30D');
  assert.equal((await standing(server, sandbox)).subscription, null);
  assert.deepEqual(await pricesOf(sandbox), []);
});

test('a plan for later begins with the next period, at its own price', async () => {
  const sandbox = await createSandbox(server, 'smaller');
  await subscribe(server, sandbox, { planCode: 'business', trial: false });
  await ask(server, sandbox, 'changePlan', { planCode: 'pro', when: 'PERIOD_END' });
  await advanceClock(server, sandbox, 'P29D');
  const { subscription, limits } = await standing(server, sandbox);
  assert.deepEqual([subscription.plan.code, subscription.pendingPlanCode, limits.maxSources], ['pro', null, 100]);
  assert.deepEqual(await pricesOf(sandbox), ['49900 2027-01-31T10', '4900 2027-02-28T10']);
});

test('a bill that is not paid: past due, grace, the end, and back once it is paid', async () => {
  const sandbox = await createSandbox(server, 'debtor');
  await subscribe(server, sandbox, { planCode: 'pro', trial: false });
  const at = (hours: number) => new Date(start.getTime() + hours * 3_600_000);
  const state = async () => (await standing(server, sandbox)).subscription?.state ?? null;

  await happen(sandbox, 'paymentFailed', at(1));
  await happen(sandbox, 'paymentFailed', at(2));
  assert.equal(await state(), 'PAST_DUE');
  const refused = await ask(server, sandbox, 'changePlan', { planCode: 'business', when: 'NOW' });
  assert.equal(refused.code, 'SUBSCRIPTION_CHANGE_REFUSED');
  await happen(sandbox, 'paymentSucceeded', at(3));
  assert.equal(await state(), 'ACTIVE');

  await happen(sandbox, 'paymentFailed', at(4));
  await happen(sandbox, 'retriesExhausted', at(5));
  const { subscription, limits } = await standing(server, sandbox);
  assert.deepEqual([subscription.state, subscription.graceEndsAt], ['GRACE', '2027-02-07T16:00:00.000Z']);
  // Everything works until then.
  assert.equal(limits.maxSources, 100);
  await advanceClock(server, sandbox, 'P8D');
  assert.equal(await state(), null);
  const upload = { fileName: 'a.jpg', contentType: 'image/jpeg', byteSize: 4 };
  assert.equal(await uploadCode(sandbox, upload), 'PAYMENT_REQUIRED');
  assert.equal((await ask(server, sandbox, 'subscribe', { planCode: 'pro' })).code, 'PAYMENT_REQUIRED');

  await happen(sandbox, 'paymentSucceeded', at(9 * 24));
  assert.equal(await uploadCode(sandbox, upload), undefined);
  assert.equal((await subscribe(server, sandbox, { planCode: 'pro' })).state, 'ACTIVE');
});

async function uploadCode({ token }: Sandbox, input: object): Promise<unknown> {
  const text = 'mutation ($input: CreateUploadInput!) { createUpload(input: $input) { ... on UserError { code } } }';
  return (await graphql(server, text, { input }, { token })).expectData().createUpload.code;
}
