import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { startRelay } from '@sightline/server/domain/outbox/relay';
import { inTransaction } from '@sightline/server/transaction';
import { until } from '../harness/until.ts';
import { createTenant, eventsOf, openFeedWorld, quiet } from './feed-world.ts';

const sessionChanged = (organizationId: string) => ({ organizationId, sessionId: organizationId });

/** A bus that remembers; the second half of each message is what readers of one organization hear. */
function createSpyBus() {
  const published: string[] = [];
  const listeners = new Set<() => void>();
  return {
    published,
    async publish(channel: string, message: string) {
      if (!channel.includes(':')) return;
      published.push(`${channel} ${message}`);
      for (const listener of listeners) listener();
    },
    async until(isRight: () => boolean) {
      while (!isRight()) await new Promise<void>((resolve) => listeners.add(resolve));
    },
  };
}

test('a signal is told after its transaction commits, never before, and never when it rolls back', async () => {
  await using world = await openFeedWorld();
  const { organizationId } = await createTenant(world);
  const heard: string[] = [];
  const told = Promise.withResolvers<void>();
  await world.signals.on('session.changed', organizationId, ({ sessionId }) => {
    heard.push(sessionId);
    told.resolve();
  });
  await inTransaction(world.pool, async (sql) => {
    await world.outbox.add(sql, 'session.changed', { organizationId, sessionId: 'rolled back' });
    world.outbox.kick();
    throw new Error('no');
  }).catch(() => {});
  await inTransaction(world.pool, async (sql) => {
    await world.outbox.add(sql, 'session.changed', { organizationId, sessionId: 'committed' });
    world.outbox.kick();
    assert.deepEqual(heard, []);
  });
  world.outbox.kick();
  await told.promise;
  assert.deepEqual(heard, ['committed']);
});

test('signals a dead process left behind are told by the next one, without a kick', async () => {
  await using world = await openFeedWorld();
  const { organizationId } = await createTenant(world);
  await world.relay[Symbol.asyncDispose]();
  await inTransaction(world.pool, (sql) => world.outbox.add(sql, 'session.changed', sessionChanged(organizationId)));
  const bus = createSpyBus();
  await using _next = startRelay({ pool: world.pool, bus, log: quiet });
  await bus.until(() => bus.published.length > 0);
  assert.equal(bus.published.length, 1);
});

test('a signal written without a kick is found by the poll', async () => {
  await using world = await openFeedWorld();
  const { organizationId } = await createTenant(world);
  await world.relay[Symbol.asyncDispose]();
  const bus = createSpyBus();
  await using _relay = startRelay({ pool: world.pool, bus, log: quiet, pollMs: 20 });
  await inTransaction(world.pool, (sql) => world.outbox.add(sql, 'session.changed', sessionChanged(organizationId)));
  await bus.until(() => bus.published.length > 0);
});

test('a relay that dies between publishing and committing leaves the signal to the next: at least once', async () => {
  await using world = await openFeedWorld();
  const { organizationId } = await createTenant(world);
  await world.relay[Symbol.asyncDispose]();
  await inTransaction(world.pool, (sql) => world.outbox.add(sql, 'session.changed', sessionChanged(organizationId)));
  const died = Promise.withResolvers<void>();
  const dyingBus = {
    async publish() {
      died.resolve();
      throw new Error('the process is gone');
    },
  };
  {
    await using _dying = startRelay({ pool: world.pool, bus: dyingBus, log: quiet });
    await died.promise;
  }
  const bus = createSpyBus();
  await using _next = startRelay({ pool: world.pool, bus, log: quiet });
  await bus.until(() => bus.published.length > 0);
});

test('of many signals about one feed the newest is told', async () => {
  await using world = await openFeedWorld();
  const tenant = await createTenant(world);
  await world.relay[Symbol.asyncDispose]();
  for (let n = 0; n < 20; n += 1) await world.append(tenant, eventsOf(tenant, 3));
  const bus = createSpyBus();
  await using _relay = startRelay({ pool: world.pool, bus, log: quiet });
  await bus.until(() => bus.published.length > 0);
  const payload = JSON.stringify({ lastSeq: '60', organizationId: tenant.organizationId });
  assert.deepEqual(bus.published, [`feed.grown:${tenant.organizationId} ${payload}`]);
});

test('two relays share the work: each signal is told once', async () => {
  await using world = await openFeedWorld();
  const { organizationId } = await createTenant(world);
  await world.relay[Symbol.asyncDispose]();
  await inTransaction(world.pool, async (sql) => {
    for (let n = 0; n < 1_200; n += 1) {
      await world.outbox.add(sql, 'session.changed', { organizationId, sessionId: String(n) });
    }
  });
  const bus = createSpyBus();
  await using _one = startRelay({ pool: world.pool, bus, log: quiet });
  await using _two = startRelay({ pool: world.pool, bus, log: quiet });
  await bus.until(() => bus.published.length >= 1_200);
  assert.equal(new Set(bus.published).size, 1_200);
  assert.equal(bus.published.length, 1_200);
});

test('signals leave while the queue takes no jobs, which wait, and reach it once it does', async () => {
  await using world = await openFeedWorld();
  const { organizationId } = await createTenant(world);
  await world.relay[Symbol.asyncDispose]();
  const jobId = randomUUID();
  await inTransaction(world.pool, async (sql) => {
    const job = JSON.stringify({ organizationId, name: 'tidy', data: { about: 1 }, key: 'k' });
    await sql.query(`insert into "OutboxMessage" ("id", "topic", "payload") values ($1, 'job', $2)`, [jobId, job]);
    await world.outbox.add(sql, 'session.changed', sessionChanged(organizationId));
  });
  const bus = createSpyBus();
  const refused = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<unknown>();
  let takes = false;
  const jobs = {
    async insert(_sql: unknown, added: readonly object[]) {
      if (takes) return taken.resolve(added);
      refused.resolve();
      throw new Error('the queue is away');
    },
    bury: () => assert.fail('it is refused only for now'),
  };
  await using relay = startRelay({ pool: world.pool, bus, jobs, log: quiet });
  await refused.promise;
  await bus.until(() => bus.published.length > 0);
  takes = true;
  relay.kick();
  assert.deepEqual(await taken.promise, [
    { id: jobId, name: 'tidy', key: 'k', data: { about: 1, organizationId }, startAfter: undefined },
  ]);
});

test('a relay that knows no queue leaves jobs to one that does', async () => {
  await using world = await openFeedWorld();
  const { organizationId } = await createTenant(world);
  const job = JSON.stringify({ organizationId, name: 'tidy', data: {} });
  const told = Promise.withResolvers<void>();
  await world.signals.on('session.changed', organizationId, () => told.resolve());
  await inTransaction(world.pool, async (sql) => {
    await sql.query(`insert into "OutboxMessage" ("id", "topic", "payload") values ($1, 'job', $2)`, [
      randomUUID(),
      job,
    ]);
    await world.outbox.add(sql, 'session.changed', sessionChanged(organizationId));
  });
  world.outbox.kick();
  await told.promise;
  // Told before its transaction commits.
  const topics = async () =>
    (await world.pool.query('select "topic" from "OutboxMessage"')).rows.map(({ topic }) => topic);
  await until(async () => !(await topics()).includes('session.changed'));
  assert.deepEqual(await topics(), ['job']);
});
