import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { startRelay } from '@sightline/server/domain/outbox/relay';
import { createMemoryBus } from '@sightline/server/infra/memory-bus';
import { inTransaction } from '@sightline/server/transaction';
import { createTenant, eventsOf, openFeedWorld, quiet, startReading } from '../realtime/feed-world.ts';
import { openQueueProcess } from '../api/jobs/queue-world.ts';
import { createTestDatabase, query } from '../harness/database.ts';
import { until } from '../harness/until.ts';
import { check, createHistory } from './history.ts';
import { isLong, report } from './report.ts';
import { chanceOf } from './seed.ts';

const transactions = isLong ? 5_000 : 200;
const writers = 4;
/** What is written when everything else has been. */
const last = 'last';
const patient = { timeout: 900_000 };

test(
  `${transactions} transactions, a fifth rolled back, the relay taken away again and again: who listens gets what was committed`,
  patient,
  async () => {
    const startedAt = performance.now();
    const chance = chanceOf('outbox');
    await using world = await openFeedWorld();
    const tenant = await createTenant(world);
    await using reading = await startReading(world.feed, { organizationId: tenant.organizationId, after: 0n });
    const history = createHistory();
    const [sentAt, waitsMs]: [Map<string, number>, number[]] = [new Map(), []];

    let begun = 0;
    let injected = 0;
    async function write(): Promise<void> {
      while (begun < transactions) {
        const id = `t${(begun += 1)}`;
        const isRolledBack = chance.next() < 0.2;
        history.sent(id);
        await inTransaction(world.pool, async (sql) => {
          await world.writer.append(sql, tenant.organizationId, eventsOf(tenant, 1, { label: id }));
          if (isRolledBack) throw new Error('rolled back');
        }).then(
          () => {
            sentAt.set(id, performance.now());
            history.acked(id);
            world.relay.kick();
          },
          () => {},
        );
      }
    }
    /** Others relay the same rows, and are gone in the middle of it. */
    async function compete(): Promise<void> {
      while (begun < transactions) {
        await using bus = createMemoryBus({ log: quiet });
        await using relay = startRelay({ pool: world.pool, bus, log: quiet });
        relay.kick();
        await new Promise((resolve) => setTimeout(resolve, chance.between(1, 20)));
        injected += 1;
      }
    }
    async function read(): Promise<void> {
      for (;;) {
        const [item] = await reading.take(1);
        if (item?.kind !== 'event') throw new Error('There is no gap in this feed.');
        const id = String(item.event.label);
        if (id === last) return;
        history.seen('subscriber', id);
        const at = sentAt.get(id);
        if (at !== undefined) waitsMs.push(performance.now() - at);
      }
    }
    const subscriber = read();
    await Promise.all([...Array.from({ length: writers }, write), compete()]);
    await world.append(tenant, eventsOf(tenant, 1, { label: last }));
    await subscriber;
    const { rows } = await world.pool.query<{ label: string }>(
      'select "label" from "Event" where "label" <> $1 order by "seq"',
      [last],
    );
    const { details, ...counts } = check(
      history,
      rows.map(({ label }) => label),
    );
    waitsMs.sort((a, b) => a - b);
    report(
      'outbox',
      { tried: transactions, injected, ...counts },
      { seconds: (performance.now() - startedAt) / 1_000, p99Ms: waitsMs[Math.floor(waitsMs.length * 0.99)] ?? 0 },
    );
    assert.deepEqual(details, []);
    assert.ok(rows.length < transactions && rows.length > transactions / 2);
  },
);

/** Jobs that the queue can never take, and what is said of each. */
const refused: readonly [name: string, data: object, how: object, reason: RegExp][] = [
  ['no such name!', {}, {}, /can only contain/],
  ['', {}, {}, /Name is required/],
  ['n'.repeat(20_000) + randomBytes(20_000).toString('hex'), {}, {}, /index row|exceeds/],
  ['fine', {}, { key: randomBytes(20_000).toString('hex') }, /index row|exceeds/],
  ['fine', {}, { startAfter: new Date(8.64e15) }, /time|date/],
  ['fine', { text: 'x'.repeat(1 << 20) }, {}, /characters/],
];
/** What is odd, and can be done. */
const odd = [
  { text: 'half \ud83d' },
  { text: 'U+0000 \0', also: '\\u0000' },
  { text: 'x'.repeat(200_000) },
  { '\udfff': 1 },
];

test('jobs that the queue can never take are dead letters with their reasons, over a restart, and hold up no others', async () => {
  const startedAt = performance.now();
  await using database = await createTestDatabase();
  const good: string[] = [];
  const bad = new Map<string, RegExp>();
  {
    // It stops before its queue took any.
    await using first = await openQueueProcess(database.url);
    first.jobs.insert = () => Promise.reject(new Error('away'));
    for (const [index, [name, data, how, reason]] of refused.entries()) {
      good.push(await first.add('fine', { index }), await first.add('fine', odd[index % odd.length]));
      bad.set(await first.add(name, data, how), reason);
    }
    good.push(await first.add('fine', {}));
  }
  await using second = await openQueueProcess(database.url);
  const [done, texts]: [string[], unknown[]] = [[], []];
  second.queue.handle('fine', async ({ text }, { id }) => void (done.push(id), texts.push(text)));
  await second.queue.start();
  const letters = async () => (await second.jobs.dead({ name: null, after: null, limit: 100 })).jobs;
  await until(async () => done.length >= good.length && (await letters()).length >= bad.size);
  const [left] = await query(database.url, 'select count(*)::int as "count" from "OutboxMessage"');
  const dead = await letters();
  const wrong = dead.filter(({ id, error }) => !bad.get(id)?.test(error ?? ''));
  const history = createHistory();
  for (const id of good) history.acked(id);
  const { lost, duplicated } = check(history, done);
  report(
    'outbox',
    {
      ...{ tried: good.length + bad.size, injected: bad.size, lost, duplicated, stuck: Number(left?.['count']) },
      failed: wrong.length + Math.abs(bad.size - dead.length),
    },
    { refusedSeconds: (performance.now() - startedAt) / 1_000 },
  );
  assert.deepEqual([lost, duplicated, left?.['count'], wrong], [0, 0, 0, []]);
  assert.equal(dead.length, bad.size);
  assert.ok(dead.every(({ attemptCount, state }) => attemptCount === 0 && state === 'FAILED'));
  assert.ok(texts.includes('half \ufffd') && texts.includes('U+0000 \ufffd'));

  // An operator who has one tried again is told, and keeps the letter.
  const letter = dead.find(({ name }) => name === 'no such name!');
  const retry = inTransaction(second.pool, (sql) => second.jobs.retry(sql, letter!.id));
  await assert.rejects(retry, { name: 'JobRefusedError' });
  assert.equal((await letters()).length, bad.size);
});
