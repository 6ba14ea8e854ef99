import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { createKey, joinAs, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { until } from '../../harness/until.ts';
import { callOf, tell } from './told.ts';

// The 21st of a month of 30 days, at noon: a third of it is left, and less than a week of it was quiet.
const clock = movableClock(new Date('2027-06-21T12:00:00.000Z'));
let server: TestServer;
let person: Person;
let keys: { id: string }[];
before(async () => {
  server = await startTestServer({ clock });
  person = await signUp(server);
  keys = [await createKey(server, person, ['INFER'], 'door'), await createKey(server, person, ['INFER'], 'yard')];
  const [door, yard] = keys.map(({ id }) => uuidOf(id));
  const call = (at: string, more: object) => callOf(uuidOf(person.organizationId), { at, ...more });
  await tell(server, [
    call('2027-05-31T23:59:59.999Z', { apiKeyId: door!, count: 1_000 }),
    call('2027-06-01T00:00:00.000Z', { apiKeyId: door!, count: 5 }),
    call('2027-06-20T23:59:59.000Z', { apiKeyId: door!, count: 20, model: 'yolo@2' }),
    call('2027-06-21T00:00:00.000Z', { apiKeyId: yard!, count: 300 }),
    call('2027-06-21T11:00:00.000Z', { count: 7 }),
  ]);
});
after(() => server[Symbol.asyncDispose]());

const usage = `query ($filter: UsageFilter!) { usage(filter: $filter) {
  from to isCut totals { meter quantity actCount }
  groups { meter quantity actCount day model apiKeyId sourceId name }
} }`;
const ask = async (filter: object, { token }: { token: string } = person) =>
  graphql(server, usage, { filter }, { token });
const groupsOf = async (filter: object, field: string) =>
  (await ask(filter)).expectData().usage.groups.map((group: Record<string, unknown>) => [group[field], group.quantity]);

test('usage of the current period, by day, model and key; of any time, to the hour', async () => {
  const { usage: report } = (await ask({ groupBy: 'NONE' })).expectData();
  assert.deepEqual(report, {
    from: '2027-06-01T00:00:00.000Z',
    to: '2027-07-01T00:00:00.000Z',
    isCut: false,
    totals: [{ meter: 'PREDICTIONS', quantity: 332, actCount: 4 }],
    groups: [],
  });
  assert.deepEqual(await groupsOf({}, 'day'), [
    ['2027-06-01', 5],
    ['2027-06-20', 20],
    ['2027-06-21', 307],
  ]);
  assert.deepEqual(await groupsOf({ groupBy: 'MODEL' }, 'model'), [
    ['nanodet-g', 312],
    ['yolo@2', 20],
  ]);
  assert.deepEqual(await groupsOf({ groupBy: 'KEY' }, 'name'), [
    ['yard', 300],
    ['door', 25],
    [null, 7],
  ]);
  assert.deepEqual(await groupsOf({ groupBy: 'KEY' }, 'apiKeyId'), [
    [keys[1]!.id, 300],
    [keys[0]!.id, 25],
    [null, 7],
  ]);
  assert.deepEqual(await groupsOf({ groupBy: 'SOURCE' }, 'sourceId'), [[null, 332]]);
  const hour = { from: '2027-05-31T23:30:00.000Z', to: '2027-06-01T00:10:00.000Z' };
  assert.deepEqual(await groupsOf(hour, 'day'), [
    ['2027-05-31', 1_000],
    ['2027-06-01', 5],
  ]);
  assert.deepEqual(await groupsOf({ ...hour, meter: 'FRAMES' }, 'day'), []);
});

test('the largest consumers, the largest first', async () => {
  const top = `query ($by: UsageConsumer!, $first: Int!) { topConsumers(by: $by, first: $first) { name model quantity } }`;
  const topOf = async (by: string, first: number) =>
    (await graphql(server, top, { by, first }, person)).expectData().topConsumers;
  assert.deepEqual(await topOf('KEY', 2), [
    { name: 'yard', model: null, quantity: 300 },
    { name: 'door', model: null, quantity: 25 },
  ]);
  assert.deepEqual(await topOf('MODEL', 1), [{ name: null, model: 'nanodet-g', quantity: 312 }]);
  const refusal = async (first: number) =>
    (await graphql(server, top, { by: 'KEY', first }, person)).errors?.[0]?.extensions?.['code'];
  assert.deepEqual([await refusal(0), await refusal(101)], ['INPUT_INVALID', 'QUERY_TOO_COMPLEX']);
});

const cost = '{ totalMinor baseMinor currency lines { meter quantity amountMinor } }';

test('what it costs so far, and what it will if it goes on like the week before', async () => {
  const organizationId = uuidOf(person.organizationId);
  const [version] = await query(
    server.databaseUrl,
    `insert into "PlanVersion" ("id", "planCode", "number", "priceMinor", "maxSources", "maxConcurrentSessions", "maxStoredBytes")
      values (gen_random_uuid(), 'pro', 99, 4900, 1, 1, 1) returning "id"`,
  );
  await query(
    server.databaseUrl,
    `insert into "PlanPrice" ("planVersionId", "meter", "included", "unitAmountMinor", "perUnits")
      values ('${version!.id}', 'PREDICTIONS', 32, 5, 10), ('${version!.id}', 'FRAMES', 0, 1, 1)`,
  );
  await query(
    server.databaseUrl,
    `update "Organization" set "planVersionId" = '${version!.id}', "planCode" = 'pro', "createdAt" = '2027-06-01'
      where "id" = '${organizationId}'`,
  );
  await query(
    server.databaseUrl,
    `insert into "Subscription" ("id", "organizationId", "planVersionId", "state", "createdAt", "anchorAt", "periodStartsAt", "periodEndsAt")
      values (gen_random_uuid(), '${organizationId}', '${version!.id}', 'ACTIVE', '2027-06-01', '2027-06-01', '2027-06-01', '2027-07-01')`,
  );
  await query(
    server.databaseUrl,
    `insert into "SubscriptionChange" ("id", "organizationId", "subscriptionId", "revision", "at", "event", "toState", "toVersionId")
      select gen_random_uuid(), "organizationId", "id", 0, "createdAt", 'subscribed', 'ACTIVE', "planVersionId" from "Subscription"
      where "organizationId" = '${organizationId}'`,
  );
  const asked = async () => (await graphql(server, `{ costSoFar ${cost} forecast ${cost} }`, {}, person)).expectData();
  // What an organization may do is remembered for a second at most.
  await until(async () => (await asked()).costSoFar.lines.length === 2);
  const told = await asked();
  assert.deepEqual(told.costSoFar, {
    ...{ totalMinor: 5050, baseMinor: 4900, currency: 'EUR' },
    lines: [
      { meter: 'PREDICTIONS', quantity: 332, amountMinor: 150 },
      { meter: 'FRAMES', quantity: 0, amountMinor: 0 },
    ],
  });
  // 327 in the 168 hours before now, 228 hours are left: 332 + 443.8.
  assert.deepEqual(told.forecast.lines[0], { meter: 'PREDICTIONS', quantity: 776, amountMinor: 372 });
  assert.equal(told.forecast.totalMinor, 5272);
});

test('what is no time to ask for is refused', async () => {
  const refused: object[] = [
    { from: '2027-06-02T00:00:00.000Z', to: '2027-06-01T00:00:00.000Z' },
    { from: '2027-06-01T00:00:00.000Z', to: '2027-06-01T00:00:00.000Z' },
    { from: '2020-01-01T00:00:00.000Z', to: '2027-06-01T00:00:00.000Z' },
    { from: '2030-01-01T00:00:00.000Z' },
  ];
  for (const filter of refused) {
    assert.equal((await ask(filter)).errors?.[0]?.extensions?.['code'], 'INPUT_INVALID', JSON.stringify(filter));
  }
});

test('others see their own, and members without the right nothing', async () => {
  const stranger = await signUp(server);
  assert.deepEqual((await ask({ groupBy: 'KEY' }, stranger)).expectData().usage.groups, []);
  const viewer = await joinAs(server, person, 'VIEWER');
  assert.equal((await ask({}, viewer)).errors?.[0]?.extensions?.['code'], 'FORBIDDEN');
  const accountant = await joinAs(server, person, 'BILLING');
  assert.equal((await ask({ groupBy: 'NONE' }, accountant)).expectData().usage.totals[0].quantity, 332);
});
