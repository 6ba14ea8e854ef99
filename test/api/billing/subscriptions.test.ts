import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { createKey, joinAs, signIn, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { switchTo } from '../../harness/sandbox.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { ask, codeOf, standing, subscribe } from './billing.ts';

const clock = movableClock(new Date('2027-01-31T10:20:30.000Z'));
let server: TestServer;
before(async () => {
  server = await startTestServer({ clock });
});
after(() => server[Symbol.asyncDispose]());

const itemsOf = (person: Person) =>
  query(
    server.databaseUrl,
    `select "kind"::text, "amountMinor"::int as amount, "periodStartsAt", "periodEndsAt" from "BillableItem"
      where "organizationId" = '${uuidOf(person.organizationId)}' order by "createdAt", 1, "uniqueKey"`,
  );
const changesOf = async (person: Person) =>
  (
    await query(
      server.databaseUrl,
      `select "revision", "event" from "SubscriptionChange" where "organizationId" = '${uuidOf(person.organizationId)}'
        order by "revision"`,
    )
  ).map(({ revision, event }) => `${revision} ${event}`);
/** Time goes on, and the person comes back: their old proof and token are over. */
const later = (person: Person, days: number) => {
  clock.advance({ days });
  return signIn(server, person.email);
};

test('who subscribes first gets the trial: the plan’s limits at once, and nothing to pay', async () => {
  const person = await signUp(server);
  const before = await standing(server, person);
  assert.deepEqual([before.plan.code, before.subscription, before.limits.maxSources], ['free', null, 10]);
  const subscription = await subscribe(server, person, { planCode: 'pro' });
  assert.deepEqual(
    [subscription.state, subscription.plan.code, subscription.trialEndsAt, subscription.periodStartsAt],
    ['TRIALING', 'pro', '2027-02-14T11:00:00.000Z', '2027-01-31T10:00:00.000Z'],
  );
  const { plan, limits } = await standing(server, person);
  assert.deepEqual([plan.code, limits.maxSources, limits.requestsPerMinute], ['pro', 100, 12_000]);
  // Nobody has said yet that they pay for more than is included.
  assert.equal(limits.predictionsAreHard, true);
  assert.deepEqual(await itemsOf(person), []);
  assert.deepEqual(await changesOf(person), ['0 subscribed']);
});

test('who wants no trial pays from the first hour, and beyond what is included', async () => {
  const person = await signUp(server);
  const subscription = await subscribe(server, person, { planCode: 'business', trial: false });
  assert.deepEqual([subscription.state, subscription.trialEndsAt], ['ACTIVE', null]);
  assert.equal(subscription.periodEndsAt, '2027-02-28T10:00:00.000Z');
  assert.equal((await standing(server, person)).limits.predictionsAreHard, false);
  const [item, ...others] = await itemsOf(person);
  assert.deepEqual([item?.['kind'], item?.['amount'], others], ['SUBSCRIPTION', 49_900, []]);
});

test('changing up and down in one period settles the rest by the second, as it was announced', async () => {
  const person = await signUp(server, 'changes');
  await subscribe(server, person, { planCode: 'pro', trial: false });
  const again = await later(person, 7);
  const preview = (await graphql(server, previewText, { planCode: 'business' }, again)).expectData().previewPlanChange;
  const up = await ask(server, again, 'changePlan', { planCode: 'business', when: 'NOW' });
  assert.equal(up.subscription.plan.code, 'business');
  assert.equal((await standing(server, again)).limits.maxSources, 1_000);
  // 28 days begin at 10:00; 7 days and 20.5 minutes are gone.
  const left = 28 * 86_400 - (7 * 86_400 + 20 * 60 + 30);
  const part = (price: number) => Math.floor((price * left) / (28 * 86_400));
  assert.deepEqual([preview.creditMinor, preview.chargeMinor, preview.currency], [part(4_900), part(49_900), 'EUR']);
  await ask(server, again, 'changePlan', { planCode: 'pro', when: 'NOW' });
  const items = await itemsOf(person);
  assert.deepEqual(
    items.map(({ kind, amount }) => `${kind} ${amount}`),
    [
      'SUBSCRIPTION 4900',
      ...[`PRORATION_CHARGE ${part(49_900)}`, `PRORATION_CHARGE ${part(4_900)}`],
      ...[`PRORATION_CREDIT ${-part(4_900)}`, `PRORATION_CREDIT ${-part(49_900)}`],
    ],
  );
  // There and back at one moment is nothing.
  assert.equal(
    items.reduce((sum, { amount }) => sum + Number(amount), 0),
    4_900,
  );
});

const previewText = `query ($planCode: String!) { previewPlanChange(planCode: $planCode) {
  ... on PlanChange { creditMinor chargeMinor currency at } } }`;

test('a change for later waits for the period; naming the plan there is takes it back', async () => {
  const person = await signUp(server);
  await subscribe(server, person, { planCode: 'business', trial: false });
  const pending = await ask(server, person, 'changePlan', { planCode: 'pro', when: 'PERIOD_END' });
  assert.deepEqual([pending.subscription.plan.code, pending.subscription.pendingPlanCode], ['business', 'pro']);
  assert.equal((await standing(server, person)).limits.maxSources, 1_000);
  const back = await ask(server, person, 'changePlan', { planCode: 'business', when: 'PERIOD_END' });
  assert.equal(back.subscription.pendingPlanCode, null);
  assert.equal((await itemsOf(person)).length, 1);
});

test('canceling for the end of the period changes nothing today, and can be taken back', async () => {
  const person = await signUp(server);
  await subscribe(server, person, { planCode: 'pro', trial: false });
  const leaving = await ask(server, person, 'cancelSubscription', { atPeriodEnd: true });
  assert.deepEqual([leaving.subscription.state, leaving.subscription.cancelAtPeriodEnd], ['ACTIVE', true]);
  const staying = await ask(server, person, 'resumeSubscription');
  assert.equal(staying.subscription.cancelAtPeriodEnd, false);
  assert.deepEqual(await changesOf(person), ['0 subscribed', '1 cancel', '2 resume']);
  // Asking twice changes nothing, and is in the audit log all the same.
  await ask(server, person, 'resumeSubscription');
  assert.equal((await changesOf(person)).length, 3);
});

test('canceling at once ends with free, without another trial and without an hour in two periods', async () => {
  const person = await signUp(server);
  await subscribe(server, person, { planCode: 'pro' });
  const canceled = await ask(server, person, 'cancelSubscription', { atPeriodEnd: false });
  assert.equal(canceled.subscription.state, 'CANCELED');
  const { plan, subscription, limits } = await standing(server, person);
  assert.deepEqual([plan.code, subscription, limits.maxSources], ['free', null, 10]);
  const refused = await ask(server, person, 'subscribe', { planCode: 'pro', trial: true });
  assert.equal(refused.code, 'SUBSCRIPTION_CHANGE_REFUSED');
  const next = await subscribe(server, person, { planCode: 'pro' });
  assert.deepEqual([next.state, next.periodStartsAt], ['ACTIVE', canceled.subscription.periodEndsAt]);
});

test('a person has one trial, however many organizations they make', async () => {
  const person = await signUp(server);
  const make = 'mutation { createOrganization(input: { name: "another" }) { organization { organizationId } } }';
  const { organization } = (await graphql(server, make, {}, person)).expectData().createOrganization;
  const other = { token: await switchTo(server, person, organization.organizationId) };
  await subscribe(server, person, { planCode: 'pro' });
  const refused = await ask(server, other, 'subscribe', { planCode: 'pro', trial: true });
  assert.equal(refused.code, 'SUBSCRIPTION_CHANGE_REFUSED');
  assert.equal((await subscribe(server, other, { planCode: 'pro' })).state, 'ACTIVE');
});

test('what there is no step for is refused', async () => {
  const person = await signUp(server);
  const refusal = async (...[name, input]: [Parameters<typeof ask>[2], object?]) =>
    (await ask(server, person, name, input)).code;
  assert.equal(await refusal('changePlan', { planCode: 'pro', when: 'NOW' }), 'SUBSCRIPTION_CHANGE_REFUSED');
  assert.equal(await refusal('cancelSubscription'), 'SUBSCRIPTION_CHANGE_REFUSED');
  assert.equal(await refusal('subscribe', { planCode: 'free' }), 'SUBSCRIPTION_CHANGE_REFUSED');
  await subscribe(server, person, { planCode: 'pro' });
  assert.equal(await refusal('subscribe', { planCode: 'business' }), 'SUBSCRIPTION_CHANGE_REFUSED');
  const text = 'mutation { subscribe(input: { planCode: "nothing" }) { __typename } }';
  assert.equal(codeOf(await graphql(server, text, {}, await signUp(server))), 'NOT_FOUND');
});

test('a plan that is not sold can be had by nobody, and is not listed', async () => {
  await query(
    server.databaseUrl,
    `insert into "Plan" ("code", "name", "isPublic", "rank") values ('own', 'Own', false, 5)`,
  );
  await query(
    server.databaseUrl,
    `insert into "PlanVersion" ("id", "planCode", "number", "maxSources", "maxConcurrentSessions", "maxStoredBytes")
      values (gen_random_uuid(), 'own', 1, 1, 1, 1)`,
  );
  const person = await signUp(server);
  const text = '{ plans { code rank priceMinor trialDays prices { meter included unitAmountMinor perUnits } } }';
  const { plans } = (await graphql(server, text, {}, person)).expectData();
  assert.deepEqual(
    plans.map(({ code, priceMinor }: { code: string; priceMinor: number }) => [code, priceMinor]),
    [
      ['free', 0],
      ['pro', 4_900],
      ['business', 49_900],
    ],
  );
  assert.deepEqual(plans[1].prices[0], {
    meter: 'PREDICTIONS',
    included: 1_000_000,
    unitAmountMinor: 50,
    perUnits: 1_000,
  });
  const subscribeText = 'mutation { subscribe(input: { planCode: "own" }) { __typename } }';
  assert.equal(codeOf(await graphql(server, subscribeText, {}, person)), 'NOT_FOUND');
});

test('nobody moves to a plan that allows less than they have, unless it was agreed with them', async () => {
  const person = await signUp(server);
  await subscribe(server, person, { planCode: 'business', trial: false });
  const organizationId = uuidOf(person.organizationId);
  await query(
    server.databaseUrl,
    `insert into "Source" ("id", "organizationId", "name", "kind", "path")
      select gen_random_uuid(), '${organizationId}', 's' || n, 'IMAGES', '/x' from generate_series(1, 101) n`,
  );
  const refused = await ask(server, person, 'changePlan', { planCode: 'pro', when: 'NOW' });
  assert.equal(refused.message, 'That plan allows 100 sources, and you have 101.');
  await query(
    server.databaseUrl,
    `insert into "OrganizationLimit" ("organizationId", "name", "value", "reason") values ('${organizationId}', 'maxSources', 150, 'agreed')`,
  );
  const moved = await ask(server, person, 'changePlan', { planCode: 'pro', when: 'NOW' });
  assert.equal(moved.subscription.plan.code, 'pro');
  assert.equal((await standing(server, person)).limits.maxSources, 150);
});

test('twenty at once subscribe once, and change once: one row, one charge', async () => {
  const person = await signUp(server);
  const twenty = <Result>(work: () => Promise<Result>) => Promise.all(Array.from({ length: 20 }, work));
  const begun = await twenty(() => ask(server, person, 'subscribe', { planCode: 'pro', trial: false }));
  assert.equal(begun.filter(({ subscription }) => subscription).length, 1);
  const changed = await twenty(() => ask(server, person, 'changePlan', { planCode: 'business', when: 'NOW' }));
  assert.ok(changed.every(({ subscription }) => subscription.plan.code === 'business'));
  const kinds = (await itemsOf(person)).map(({ kind }) => kind);
  assert.deepEqual(kinds.toSorted(), ['PRORATION_CHARGE', 'PRORATION_CREDIT', 'SUBSCRIPTION']);
  assert.deepEqual(await changesOf(person), ['0 subscribed', '1 changePlan']);
});

test('who may not see bills sees limits and no subscription; strangers see neither, by whichever id', async () => {
  const owner = await signUp(server);
  const { id } = await subscribe(server, owner, { planCode: 'pro' });
  const viewer = await joinAs(server, owner, 'VIEWER');
  const seen = await standing(server, viewer);
  assert.deepEqual([seen.subscription, seen.limits.maxSources], [null, 100]);
  const stranger = await signUp(server);
  for (const { token } of [viewer, stranger]) {
    const answer = await graphql(server, 'query ($id: ID!) { node(id: $id) { id } }', { id }, { token });
    assert.equal(answer.expectData().node, null);
  }
  assert.equal(
    (await graphql(server, 'query ($id: ID!) { node(id: $id) { id } }', { id }, owner)).expectData().node.id,
    id,
  );
  const text = 'mutation { cancelSubscription(input: { atPeriodEnd: false }) { __typename } }';
  assert.equal(codeOf(await graphql(server, text, {}, viewer)), 'FORBIDDEN');
  const { secret } = await createKey(server, owner, ['READ', 'WRITE', 'INFER', 'AUDIT']);
  assert.equal(codeOf(await graphql(server, text, {}, { token: secret })), 'SCOPE_MISSING');
});
