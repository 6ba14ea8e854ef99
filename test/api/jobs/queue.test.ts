import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { defaultAppRole } from '@sightline/db/app-role';
import { inTransaction } from '@sightline/server/transaction';
import { createTestDatabase } from '../../harness/database.ts';
import { until } from '../../harness/until.ts';
import { openQueueProcess } from './queue-world.ts';

test('a job is done once it is committed, under the id that was promised, and never when it was rolled back', async () => {
  await using database = await createTestDatabase();
  await using one = await openQueueProcess(database.url);
  const seen: { id: string; data: object; attempt: number }[] = [];
  one.queue.handle('greet', async (data, { id, attempt }) => void seen.push({ id, data, attempt }));
  await one.queue.start();
  await inTransaction(one.pool, async (sql) => {
    await one.queue.enqueue(sql, 'greet', { organizationId: null, name: 'nobody' });
    one.outbox.kick();
    throw new Error('no');
  }).catch(() => {});
  const id = await one.add('greet', { name: 'Ada' });
  await until(() => seen.length > 0);
  assert.deepEqual(seen, [{ id, data: { organizationId: null, name: 'Ada' }, attempt: 1 }]);
  await until(async () => (await one.jobs.find(one.pool, id))?.state === 'DONE');
  assert.deepEqual(one.ends, ['greet done']);
});

test('what fails is tried again with growing pauses, and is a dead letter with its reason in the end', async () => {
  await using database = await createTestDatabase();
  await using one = await openQueueProcess(database.url);
  let isWell = false;
  const attempts: number[] = [];
  one.queue.handle(
    'sour',
    async (_data, { attempt }) => {
      attempts.push(attempt);
      if (!isWell) throw new TypeError(`no \0 luck ${attempt}`);
    },
    { retries: 2, backoffSeconds: 0 },
  );
  await one.queue.start();
  const id = await one.add('sour', { about: 7 });
  await until(() => one.ends.includes('sour dead'));
  assert.deepEqual(attempts, [1, 2, 3]);
  assert.deepEqual(one.ends, ['sour retrying', 'sour retrying', 'sour dead']);
  const { jobs } = await one.jobs.dead({ name: null, after: null, limit: 10 });
  assert.equal(jobs.length, 1);
  const { name, data, error, attemptCount, state } = jobs[0]!;
  assert.deepEqual(
    { name, data, error, attemptCount, state },
    {
      name: 'sour',
      data: { organizationId: null, about: 7 },
      error: 'TypeError: no  luck 3',
      attemptCount: 3,
      state: 'FAILED',
    },
  );
  assert.equal(jobs[0]?.id, id, 'it is known by the id it always had');

  isWell = true;
  const retry = () => inTransaction(one.pool, (sql) => one.jobs.retry(sql, id));
  const tries = await Promise.all([retry(), retry()]);
  assert.deepEqual(tries.sort(), [false, true], 'two operators at once have it tried once');
  one.queue.wake();
  await until(async () => (await one.jobs.find(one.pool, id))?.state === 'DONE');
  assert.deepEqual(attempts, [1, 2, 3, 1]);
  assert.deepEqual((await one.jobs.dead({ name: null, after: null, limit: 10 })).jobs, []);
});

test('an end that cannot be written down keeps nothing else from being done, and half a character is no such thing', async () => {
  await using database = await createTestDatabase();
  await using one = await openQueueProcess(database.url);
  // The last character that is kept of the reason is half of one.
  one.queue.handle('odd', () => Promise.reject(new Error(`${'x'.repeat(1_992)}${'😀'.repeat(9)}`)), { retries: 0 });
  one.queue.handle('stuck', () => Promise.reject(new Error('no')), { retries: 0 });
  one.queue.handle('fine', async () => {});
  const fail = one.jobs.fail;
  one.jobs.fail = async (job, ...rest) => {
    if (job.name === 'stuck') throw new Error('This cannot be stored.');
    return fail(job, ...rest);
  };
  await one.queue.start();
  await one.add('odd');
  await until(() => one.ends.includes('odd dead'));
  const stuck = await one.add('stuck');
  await until(async () => (await one.jobs.find(one.pool, stuck))?.state === 'ACTIVE' && one.queue.size === 0);
  await one.add('fine');
  await until(() => one.ends.includes('fine done'));
  one.jobs.fail = fail;
  await until(() => one.ends.includes('stuck dead'));
});

test('the pause before a retry grows: its start is in the future by at least the backoff', async () => {
  await using database = await createTestDatabase();
  await using one = await openQueueProcess(database.url);
  one.queue.handle('slow', () => Promise.reject(new Error('later')), { retries: 3, backoffSeconds: 60 });
  await one.queue.start();
  const id = await one.add('slow');
  await until(() => one.ends.length > 0);
  const job = await one.jobs.find(one.pool, id);
  assert.equal(job?.state, 'RETRYING');
  assert.ok(job.startsAt.getTime() - job.startedAt!.getTime() >= 59_000, 'a minute, and some chance more');
});

test('with a key one waits, and with a time nobody begins before', async () => {
  await using database = await createTestDatabase();
  await using one = await openQueueProcess(database.url);
  const first = await one.add('tidy', {}, { key: 'a' });
  const second = await one.add('tidy', {}, { key: 'a' });
  const other = await one.add('tidy', {}, { key: 'b' });
  const later = await one.add('tidy', {}, { startAfter: new Date(Date.now() + 3_600_000) });
  await until(async () => (await one.jobs.find(one.pool, later)) !== null);
  const done: string[] = [];
  one.queue.handle('tidy', async (_data, { id }) => void done.push(id));
  await one.queue.start();
  await until(() => one.ends.length >= 2);
  assert.deepEqual(done.sort(), [first, other].sort());
  assert.equal(await one.jobs.find(one.pool, second), null, 'the one that waits says as much');
  assert.equal((await one.jobs.find(one.pool, later))?.state, 'WAITING');
});

test('a worker that stops gives back what it had begun, and no try is counted', async () => {
  await using database = await createTestDatabase();
  await using two = await openQueueProcess(database.url);
  const started = Promise.withResolvers<string>();
  const done: number[] = [];
  const one = await openQueueProcess(database.url);
  one.queue.handle('long', async (_data, { id, signal }) => {
    started.resolve(id);
    await once(signal, 'abort');
    throw new Error('stopped half way');
  });
  await one.queue.start();
  await one.add('long');
  const id = await started.promise;
  await one[Symbol.asyncDispose]();
  two.queue.handle('long', async (_data, { attempt }) => void done.push(attempt));
  await two.queue.start();
  await until(async () => (await two.jobs.find(two.pool, id))?.state === 'DONE');
  assert.deepEqual(done, [1]);
});

test('a job that takes too long, or is canceled, is told to stop; its late end changes nothing', async () => {
  await using database = await createTestDatabase();
  await using one = await openQueueProcess(database.url);
  const reasons: string[] = [];
  const stuck = async (_data: object, { signal }: { signal: AbortSignal }) => {
    await once(signal, 'abort');
    reasons.push(String(signal.reason.message));
  };
  one.queue.handle('stuck', stuck, { expireSeconds: 1, retries: 0 });
  one.queue.handle('canceled', stuck);
  await one.queue.start();
  const canceled = await one.add('canceled');
  await until(async () => (await one.jobs.find(one.pool, canceled))?.state === 'ACTIVE');
  assert.equal(await one.jobs.cancel(one.pool, canceled), true);
  await until(() => one.ends.includes('canceled lost'));
  assert.equal((await one.jobs.find(one.pool, canceled))?.state, 'CANCELED');
  assert.equal(await one.jobs.cancel(one.pool, canceled), false, 'there is nothing left to cancel');
  const late = await one.add('stuck');
  await until(async () => (await one.jobs.find(one.pool, late))?.state === 'DONE' || one.ends.includes('stuck dead'));
  assert.match((await one.jobs.find(one.pool, late))?.error ?? '', /longer than 1 s/);
  assert.deepEqual(reasons, ['This try is not ours any more.', 'It took longer than 1 s.']);
});

test('a schedule makes one job for each of its times, over two schedulers, and makes up for the last one it missed', async () => {
  await using database = await createTestDatabase();
  const hourMs = 3_600_000;
  let now = Date.now();
  const clock = { now: () => new Date(now) };
  const done: string[] = [];
  const open = async () => {
    const process = await openQueueProcess(database.url, { clock });
    process.queue.handle('hourly', async (data, { id }) => void done.push(`${String(data['which'])} ${id}`));
    process.queue.every('hourly', '0 * * * *', { which: 'scheduled' });
    await process.queue.start();
    return process;
  };
  {
    await using one = await open();
    await using two = await open();
    const total = async () =>
      (await one.jobs.list({ name: 'hourly', state: 'DONE', after: null, limit: 50 })).jobs.length;
    assert.equal(await total(), 0, 'what was before it was asked for is not missed');
    for (const hour of [1, 2, 3]) {
      now += hourMs;
      for (const each of [one, two]) each.queue.wake();
      await until(async () => (await total()) === hour);
    }
  }
  now += 5 * hourMs;
  await using three = await open();
  await until(() => done.length === 4);
  await using four = await open();
  four.queue.wake();
  await three.add('hourly', { which: 'asked for' });
  await until(() => done.length >= 5);
  assert.equal(new Set(done).size, 5);
  assert.equal(done.filter((each) => each.startsWith('scheduled')).length, 4);
});

test('what the application role may write is a job of its own organization, and the queue it may not touch', async () => {
  await using database = await createTestDatabase();
  await using one = await openQueueProcess(database.url);
  await one.jobs.define('tidy', { retries: 0, backoffSeconds: 0, expireSeconds: 1 });
  const mine = '00000000-0000-4000-8000-000000000001';
  const client = await one.pool.connect();
  try {
    await client.query(`set role ${defaultAppRole}`);
    await client.query(`select set_config('app.organization_id', $1, false)`, [mine]);
    await one.queue.enqueue(client, 'tidy', { organizationId: mine });
    for (const organizationId of [null, '00000000-0000-4000-8000-000000000002']) {
      await assert.rejects(one.queue.enqueue(client, 'tidy', { organizationId }), { code: '42501' });
    }
    await assert.rejects(client.query('select from pgboss.job'), { code: '42501' });
  } finally {
    client.release(true);
  }
});
