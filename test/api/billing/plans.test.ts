import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PlanValueError, readChanges, readLimit } from '@sightline/server/domain/billing/plans/plan-values';
import { query } from '../../harness/database.ts';
import { signUp, uuidOf } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { standing, subscribe } from './billing.ts';
import { plans } from './plans-command.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server[Symbol.asyncDispose]());

const run = (...args: string[]) => plans(server.databaseUrl, ...args);

test('new terms are for whoever comes, and for everybody on free; with --everyone for all', async () => {
  const [free, old] = [await signUp(server), await signUp(server)];
  await subscribe(server, old, { planCode: 'pro', trial: false });
  const set = await run(
    'set',
    'pro',
    'maxSources=50',
    'priceMinor=5900',
    'price.FRAMES=2/1000',
    'included.PREDICTIONS=7',
  );
  assert.deepEqual([set.code, set.out, set.err], [0, 'version 2 of pro; 0 subscriptions moved to it\n', '']);
  const kept = await standing(server, old);
  assert.deepEqual(
    [kept.limits.maxSources, kept.subscription.planVersionNumber, kept.subscription.priceMinor],
    [100, 1, 4_900],
  );
  const young = await signUp(server);
  const begun = await subscribe(server, young, { planCode: 'pro', trial: false });
  assert.deepEqual([begun.planVersionNumber, begun.priceMinor], [2, 5_900]);
  const prices = await query(
    server.databaseUrl,
    `select "meter"::text, "included"::int, "unitAmountMinor", "perUnits" from "PlanPrice" p
      join "PlanVersion" v on v."id" = p."planVersionId" where v."planCode" = 'pro' and v."number" = 2 order by 1`,
  );
  assert.deepEqual(prices, [
    { meter: 'FRAMES', included: 0, unitAmountMinor: 2, perUnits: 1_000 },
    { meter: 'PREDICTIONS', included: 7, unitAmountMinor: 50, perUnits: 1_000 },
    { meter: 'SESSION_SECONDS', included: 720_000, unitAmountMinor: 5, perUnits: 3_600 },
  ]);
  assert.equal((await run('set', 'free', 'maxSources=3')).code, 0);
  assert.equal((await standing(server, free)).limits.maxSources, 3);
  const all = await run('set', 'pro', 'maxSources=60', '--everyone');
  assert.equal(all.out, 'version 3 of pro; 2 subscriptions moved to it\n');
  for (const person of [old, young]) assert.equal((await standing(server, person)).limits.maxSources, 60);
  const { subscription } = await standing(server, old);
  assert.deepEqual(subscription.changes[0], { event: 'termsChanged', fromState: 'ACTIVE', toState: 'ACTIVE' });
});

test('a limit that was agreed with one goes before the plan, and is taken back; flags and none, too', async () => {
  const person = await signUp(server);
  const id = uuidOf(person.organizationId);
  const limits = async () => (await standing(server, person)).limits;
  const { maxSeats } = await limits();
  assert.equal((await run('limit', id, 'maxSeats', '77', '--reason', 'ticket 5')).code, 0);
  assert.equal((await run('limit', id, 'predictionsAreHard', 'false')).code, 0);
  assert.equal((await run('limit', id, 'requestsPerMinute', 'none')).code, 0);
  const { maxSeats: agreed, predictionsAreHard, requestsPerMinute } = await limits();
  assert.deepEqual([agreed, predictionsAreHard, requestsPerMinute], [77, false, null]);
  assert.equal((await run('limit', id, 'maxSeats', 'default')).code, 0);
  assert.equal((await limits()).maxSeats, maxSeats);
});

test('a plan is added like another, sold and no longer sold', async () => {
  assert.equal((await run('add', 'team', '--name', 'Team', '--like', 'pro', '--rank', '5', 'maxSeats=9')).code, 0);
  const person = await signUp(server);
  await subscribe(server, person, { planCode: 'team' });
  assert.equal((await standing(server, person)).limits.maxSeats, 9);
  assert.equal((await run('unsell', 'team')).code, 0);
  await assert.rejects(subscribe(server, await signUp(server), { planCode: 'team' }));
  assert.equal((await standing(server, person)).plan.code, 'team');
  const { out } = await run('list');
  assert.match(out, /^team {2}“Team” {2}version 1 {2}1 subscriptions {2}not sold$/m);
});

test('what the operator did is in nobody’s chain, and what makes no sense changes nothing', async () => {
  const versions = () => query(server.databaseUrl, 'select count(*)::int as count from "PlanVersion"');
  const before = await versions();
  for (const text of [
    ...[
      'maxSources=-1',
      'maxSources=none',
      'maxSeats=0',
      'maxSources',
      '=1',
      'maxSources=1.5',
      'maxSources=99999999999',
    ],
    ...[
      'organizationId=1',
      'price.NOTHING=1',
      'cost.FRAMES=1',
      'interval=WEEK',
      'currency=euro',
      'inferenceWeight=101',
    ],
    ...['predictionsAreHard=1', 'price.FRAMES=1/0', 'trialDays=366'],
  ]) {
    assert.throws(() => readChanges([text]), PlanValueError, text);
  }
  for (const name of ['planCode', 'organizationId', 'priceMinor', 'state']) {
    assert.throws(() => readLimit(name, '5'), PlanValueError, name);
  }
  for (const args of [
    ['set', 'nothing', 'maxSources=1'],
    ['set', 'pro', 'interval=YEAR', '--everyone'],
    ['limit', crypto.randomUUID(), 'maxSeats', '5'],
    ['unsell', 'free'],
  ]) {
    const { code, err } = await run(...args);
    assert.equal(code, 2, `${args.join(' ')}: ${err}`);
  }
  assert.deepEqual(await versions(), before);
  const actions = await query(
    server.databaseUrl,
    `select distinct "action" from "AuditEntry" where "organizationId" is null and "action" like 'plans %' order by 1`,
  );
  assert.deepEqual(
    actions.map(({ action }) => action),
    ['plans add', 'plans limit', 'plans sell', 'plans set'],
  );
});
