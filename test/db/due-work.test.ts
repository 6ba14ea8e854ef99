import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import type { Database } from '@sightline/db/database';
import { startDueWork } from '@sightline/server/domain/jobs/jobs';
import type { DueWork } from '@sightline/server/domain/jobs/jobs';
import { createSubscriptionMoments } from '@sightline/server/domain/jobs/subscription-moments';
import { createSignalReader } from '@sightline/server/domain/outbox/signal-reader';
import { createTestDatabase } from '../harness/database.ts';
import type { TestDatabase } from '../harness/database.ts';
import { movableClock } from '../harness/movable-clock.ts';

const day = 86_400_000;
let database: TestDatabase;
let db: Database;
before(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { maxConnections: 8 });
});
after(async () => {
  await db[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** One process that does this work: its looks are asked for, and not waited for. */
async function startProcess(work: DueWork[], { moments = [] as Date[], ids = [randomUUID()] } = {}) {
  const clock = movableClock(new Date('2027-03-01T00:00:00.000Z'));
  const warnings: unknown[] = [];
  const heard: ((message: string) => void)[] = [];
  const bus = {
    subscribe: async (_channel: string, hear: (message: string) => void) => {
      heard.push(hear);
      return async () => {};
    },
  };
  const jobs = await startDueWork({
    pool: db.pool,
    clock: { nowOf: () => clock.now() },
    signals: createSignalReader({ bus, log: { error: (problem: unknown) => assert.fail(String(problem)) } }),
    log: { warn: (problem: unknown) => void warnings.push(problem) },
    organizations: async () => ids,
    moments: [async (_id, at) => moments.find((moment) => moment > at) ?? null],
    work,
    everyMs: 3_600_000,
  });
  return { jobs, clock, ids, warnings, [Symbol.asyncDispose]: () => jobs[Symbol.asyncDispose]() };
}

test('what was missed is made up for moment by moment, and then the present', async () => {
  const done: string[] = [];
  const [first, second, third] = [1, 10, 20].map((count) => new Date(Date.parse('2027-01-01T00:00:00Z') + count * day));
  const moments = [first!, second!, third!];
  const named =
    (name: string): DueWork =>
    async (_id, now) =>
      void done.push(`${name} ${now.toISOString().slice(0, 10)}`);
  await using it = await startProcess([named('a'), named('b')], { moments });
  await it.jobs.lookNow();
  assert.deepEqual(done, [
    ...['a 2027-01-02', 'b 2027-01-02', 'a 2027-01-11', 'b 2027-01-11'],
    ...['a 2027-01-21', 'b 2027-01-21', 'a 2027-03-01', 'b 2027-03-01'],
  ]);
});

test('what fails is tried again, keeps nobody else up, and what comes after it waits', async () => {
  const done: string[] = [];
  let isBroken = true;
  const ids = [randomUUID(), randomUUID()];
  const work: DueWork[] = [
    async (id) => {
      if (isBroken && id === ids[0]) throw new Error('not today');
    },
    async (id) => void done.push(id),
  ];
  await using it = await startProcess(work, { ids });
  await it.jobs.lookNow();
  assert.deepEqual(done, [ids[1]]);
  assert.equal(it.warnings.length, 1);
  isBroken = false;
  // It is tried again, though nobody names it as due any more.
  const [failed] = ids.splice(0, 2);
  await it.jobs.lookNow();
  assert.deepEqual(done.slice(1), [failed]);
});

test('two processes never do the work of one organization at the same time', async () => {
  let [running, most, runs] = [0, 0, 0];
  const work: DueWork[] = [
    async () => {
      running += 1;
      runs += 1;
      most = Math.max(most, running);
      await db.pool.query('select pg_sleep(0.02)');
      running -= 1;
    },
  ];
  const ids = [randomUUID()];
  await using one = await startProcess(work, { ids });
  await using other = await startProcess(work, { ids });
  for (let round = 0; round < 10; round += 1) await Promise.all([one.jobs.lookNow(), other.jobs.lookNow()]);
  assert.equal(most, 1);
  assert.ok(runs >= 10 && runs <= 20, String(runs));
});

test('who works exclusively is waited for, by all processes, and given up on in the end', async () => {
  const [id] = [randomUUID()];
  await using one = await startProcess([]);
  await using other = await startProcess([]);
  const order: string[] = [];
  const { promise: isHeld, resolve: held } = Promise.withResolvers<void>();
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const first = one.jobs.exclusively(id, 60_000, async () => {
    order.push('first');
    held();
    await mayEnd;
    order.push('first ends');
  });
  await isHeld;
  assert.equal(await other.jobs.exclusively(id, 50, async () => 'too early'), null);
  const second = other.jobs.exclusively(id, 60_000, async () => order.push('second'));
  end();
  await Promise.all([first, second]);
  assert.deepEqual(order, ['first', 'first ends', 'second']);
});

test('a lost connection costs nobody their turn', async () => {
  await using it = await startProcess([]);
  assert.equal(await it.jobs.exclusively(randomUUID(), 1_000, async () => 'before'), 'before');
  await db.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where query ilike '%pg_advisory_unlock%' and pid <> pg_backend_pid()`,
  );
  let after: string | null = null;
  while (after === null) {
    after = await it.jobs.exclusively(randomUUID(), 1_000, async () => 'after').catch(() => null);
  }
  assert.equal(after, 'after');
});

test('subscriptions are due by the time of their own organization', async () => {
  const clock = movableClock(new Date('2027-01-15T00:00:00.000Z'));
  const { next, organizations } = createSubscriptionMoments({ pool: db.pool, clock });
  const version = await db.prisma.planVersion.findFirstOrThrow({ where: { planCode: 'pro' } });
  const at = (text: string) => new Date(`${text}T00:00:00.000Z`);
  const subscribe = async (offsetDays: number, more: object = {}) => {
    const { id } = await db.prisma.organization.create({
      data: { name: 'o', isSandbox: offsetDays > 0, clockOffsetMs: offsetDays * day },
    });
    const period = { anchorAt: at('2027-01-01'), periodStartsAt: at('2027-01-01'), periodEndsAt: at('2027-02-01') };
    await db.prisma.subscription.create({
      data: {
        organizationId: id,
        planVersionId: version.id,
        state: 'ACTIVE',
        createdAt: at('2027-01-01'),
        ...period,
        ...more,
      },
    });
    return id;
  };
  const live = await subscribe(0);
  const ahead = await subscribe(17);
  const grace = await subscribe(0, { state: 'GRACE', pastDueSince: at('2027-01-03'), graceEndsAt: at('2027-01-10') });
  const over = await subscribe(0, { state: 'CANCELED', periodEndsAt: at('2027-01-10'), canceledAt: at('2027-01-10') });
  assert.deepEqual((await organizations()).toSorted(), [ahead, grace].toSorted());
  clock.advance({ days: 17 });
  assert.deepEqual((await organizations()).toSorted(), [live, ahead, grace].toSorted());

  assert.deepEqual(await next(grace, at('2027-01-09')), at('2027-01-10'));
  assert.deepEqual(await next(grace, at('2027-01-10')), at('2027-02-01'));
  assert.equal(await next(grace, at('2027-02-01')), null);
  assert.equal(await next(over, new Date(0)), null);
});
