import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import type { Database } from '@sightline/db/database';
import { billingPeriodOf } from '@sightline/server/domain/billing/billing-periods';
import { actId, ledger } from '@sightline/server/domain/billing/ledger';
import type { Act } from '@sightline/server/domain/billing/ledger';
import { quotas } from '@sightline/server/domain/billing/quotas';
import { sqlOf } from '@sightline/server/transaction';
import { createTestDatabase } from '../harness/database.ts';

let one: Database;
let two: Database;
const held = new AsyncDisposableStack();

before(async () => {
  const { url } = held.use(await createTestDatabase());
  one = held.use(openDatabase(url, { maxConnections: 5 }));
  two = held.use(openDatabase(url, { maxConnections: 5 }));
});
after(() => held.disposeAsync());

const createOrganization = async () => (await one.prisma.organization.create({ data: { name: 'o' } })).id;

const act = (organizationId: string, number: number): Act => ({
  ...{ id: actId('test', organizationId, number), organizationId, meter: 'PREDICTIONS', count: 1 + (number % 7) },
  ...{ task: 'detection', model: `m@${number % 3}`, sessionId: null, sourceId: null },
  apiKeyId: number % 2 === 0 ? null : actId('key', organizationId),
  at: new Date(Date.UTC(2027, 11, 31, 22) + number * 60_000).toISOString(),
});

const sumsSql = `with raw as (
    select g.grain, date_trunc(g.grain, u."at", 'UTC') as starts, u."model",
      coalesce(u."apiKeyId", '00000000-0000-0000-0000-000000000000') as key, sum(u."count") as units, count(*) as records
    from "UsageRecord" u cross join (values ('HOUR'), ('DAY'), ('MONTH')) as g(grain)
    where u."organizationId" = $1 group by 1, 2, 3, 4
  ), rolled as (
    select "grain"::text as grain, "startsAt" as starts, "model", "apiKeyId" as key, "quantity" as units,
      "recordCount" as records from "UsageRollup" where "organizationId" = $1
  )
  select (select count(*)::int from raw) as "groups", (
    select count(*)::int from ((table raw except table rolled) union all (table rolled except table raw)) as d
  ) as "differences"`;

test('roll-ups equal the raw rows, however often and from how many sides the same acts are told', async () => {
  const organizationId = await createOrganization();
  const acts = Array.from({ length: 300 }, (_, number) => act(organizationId, number));
  const batches = [0, 50, 100, 150, 200, 250].flatMap((first) => [
    acts.slice(first, first + 50),
    acts.slice(Math.max(0, first - 25), first + 25).toReversed(),
  ]);
  const counts = await Promise.all(
    batches.map((batch, index) => ledger.record((index % 2 === 0 ? one : two).pool, batch)),
  );
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    acts.length,
  );
  const { rows } = await one.pool.query(sumsSql, [organizationId]);
  assert.equal(rows[0].differences, 0);
  assert.ok(rows[0].groups > 30);
});

test('what is rolled back is neither in the ledger nor in its sums', async () => {
  const organizationId = await createOrganization();
  await assert.rejects(
    one.prisma.$transaction(async (tx) => {
      assert.equal(await ledger.record(sqlOf(tx), [act(organizationId, 1)]), 1);
      throw new Error('no');
    }),
    /no/,
  );
  assert.equal(await one.prisma.usageRecord.count({ where: { organizationId } }), 0);
  assert.equal(await one.prisma.usageRollup.count({ where: { organizationId } }), 0);
});

test('a quota of 100 lets exactly 100 of 400 pass, over two pools, and gives back what was not done', async () => {
  const organizationId = await createOrganization();
  const { startsAt } = await billingPeriodOf(one.pool, organizationId, new Date('2028-02-29T12:00:00Z'));
  assert.deepEqual(startsAt, new Date('2028-02-01'));
  const use = { organizationId, meter: 'PREDICTIONS', periodStartsAt: startsAt, units: 1 } as const;
  const answers = await Promise.all(
    Array.from({ length: 400 }, (_, index) => quotas.take((index % 2 === 0 ? one : two).pool, use, 100)),
  );
  assert.equal(answers.filter(({ isAllowed }) => isAllowed).length, 100);
  assert.deepEqual(await quotas.take(one.pool, use, 100), { isAllowed: false, taken: 100 });
  await quotas.giveBack(one.pool, { ...use, units: 3 });
  const three = await one.prisma.$transaction((tx) => quotas.take(sqlOf(tx), { ...use, units: 3 }, 100));
  assert.deepEqual(three, { isAllowed: true, taken: 100 });
  assert.deepEqual(await quotas.take(one.pool, { ...use, units: 5 }, null), { isAllowed: true, taken: 105 });
});

test('a quota is not taken by more than there is at once, not even as the first', async () => {
  const use = { organizationId: await createOrganization(), meter: 'FRAMES', periodStartsAt: new Date(0) } as const;
  assert.deepEqual(await quotas.take(one.pool, { ...use, units: 101 }, 100), { isAllowed: false, taken: 0 });
});

for (const statement of [
  'update "UsageRecord" set "count" = 1',
  'delete from "UsageRecord"',
  'truncate "UsageRecord" cascade',
  'truncate "UncountedUse"',
  'truncate "UsageRollup"',
  'truncate "Invoice" cascade',
  'update "PlanPrice" set "unitAmountMinor" = 0',
]) {
  test(`${statement} is refused`, async () => {
    await ledger.record(one.pool, [act(await createOrganization(), 1)]);
    await assert.rejects(one.pool.query(statement), { code: '42501' });
  });
}

test('an organization goes with its usage', async () => {
  const organizationId = await createOrganization();
  await ledger.record(one.pool, [act(organizationId, 1)]);
  await one.prisma.organization.delete({ where: { id: organizationId } });
  assert.equal(await one.prisma.usageRecord.count({ where: { organizationId } }), 0);
  assert.equal(await ledger.record(one.pool, [act(randomUUID(), 1)]), 0);
});
