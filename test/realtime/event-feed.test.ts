import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventsOfHint } from '@sightline/server/domain/events/event-hint';
import { createTell } from '@sightline/server/domain/events/tell';
import { grownOf } from '@sightline/server/domain/outbox/grown';
import { createMemoryBus } from '@sightline/server/infra/memory-bus';
import type { JsonRow } from '@sightline/server/domain/outbox/signals';
import type { Bus } from '@sightline/server/ports';
import { Progress } from '@sightline/server/shared-source';
import { inTransaction } from '@sightline/server/transaction';
import { createTenant, eventsOf, openFeedWorld, quiet, seqsOf, startReading, upTo } from './feed-world.ts';

/** A bus that loses everything: what is left is the poll. */
const deafBus = (): Bus => ({ ...createMemoryBus({ log: quiet }), publish: async () => {} });

describe('replay and live', () => {
  test('after "0" everything recorded comes first, then what is new, each once', async () => {
    await using world = await openFeedWorld();
    const tenant = await createTenant(world);
    await world.append(tenant, eventsOf(tenant, 1_234));
    await using reading = await startReading(world.feed, { ...tenant, after: 0n });
    assert.deepEqual(seqsOf(await reading.take(1_234)), upTo(1_234));
    await world.append(tenant, eventsOf(tenant, 3));
    assert.deepEqual(seqsOf(await reading.take(3)), [1_235, 1_236, 1_237]);
  });

  test('after a number only later events come', async () => {
    await using world = await openFeedWorld();
    const tenant = await createTenant(world);
    await world.append(tenant, eventsOf(tenant, 10));
    await using reading = await startReading(world.feed, { ...tenant, after: 7n });
    assert.deepEqual(seqsOf(await reading.take(3)), [8, 9, 10]);
  });

  test('without a cursor nothing old comes, and nothing new is missed once reading has started', async () => {
    await using world = await openFeedWorld();
    const tenant = await createTenant(world);
    await world.append(tenant, eventsOf(tenant, 10));
    await using reading = await startReading(world.feed, { ...tenant, after: null });
    await world.append(tenant, eventsOf(tenant, 2));
    assert.deepEqual(seqsOf(await reading.take(2)), [11, 12]);
  });

  test('under concurrent writers every reader, whenever it comes, sees every number once and in order', async () => {
    await using world = await openFeedWorld();
    const tenant = await createTenant(world);
    const total = 6 * 40 * 5;
    const readers: Promise<(number | string)[]>[] = [];
    async function readFrom(after: bigint) {
      await using reading = await startReading(world.feed, { ...tenant, after });
      return seqsOf(await reading.take(total - Number(after)));
    }
    const writers = Array.from({ length: 6 }, async () => {
      for (let batch = 0; batch < 40; batch += 1) {
        const range = await world.append(tenant, eventsOf(tenant, 5));
        if (batch % 10 === 0) readers.push(readFrom(0n), readFrom(range?.lastSeq ?? 0n));
      }
    });
    await Promise.all(writers);
    for (const seqs of await Promise.all(readers)) {
      assert.deepEqual(seqs, upTo(total, Number(seqs[0] ?? total + 1)));
    }
    assert.equal(readers.length, 48);
  });

  test('a bus that loses every message costs latency only', async () => {
    await using world = await openFeedWorld({ bus: deafBus(), pollMs: 20 });
    const tenant = await createTenant(world);
    await using reading = await startReading(world.feed, { ...tenant, after: null });
    await world.append(tenant, eventsOf(tenant, 5));
    assert.deepEqual(seqsOf(await reading.take(5)), upTo(5));
  });

  test('a reader slower than the ring is served from the database: nothing lost, nothing twice', async () => {
    await using world = await openFeedWorld();
    const tenant = await createTenant(world);
    await using slow = await startReading(world.feed, { ...tenant, after: 0n });
    await using quick = await startReading(world.feed, { ...tenant, after: 0n });
    await world.append(tenant, eventsOf(tenant, 10));
    assert.deepEqual(seqsOf(await slow.take(4)), upTo(4));
    for (let batch = 0; batch < 7; batch += 1) {
      await world.append(tenant, eventsOf(tenant, 500));
      await quick.take(500);
    }
    assert.deepEqual(seqsOf(await slow.take(3_506)), upTo(3_510, 5));
  });
});

describe('filter', () => {
  test('applies to replay and live alike, and does not hold the cursor back', async () => {
    await using world = await openFeedWorld();
    const tenant = await createTenant(world);
    const mixed = (count: number) =>
      Array.from({ length: count }, (_, n) => eventsOf(tenant, 1, { label: n % 4 === 0 ? 'cat' : 'dog' })).flat();
    await world.append(tenant, mixed(1_000));
    await using reading = await startReading(world.feed, { ...tenant, after: 0n, filter: { labels: ['cat'] } });
    const replayed = seqsOf(await reading.take(250));
    assert.deepEqual(
      replayed,
      upTo(1_000).filter((seq) => seq % 4 === 1),
    );
    await world.append(tenant, mixed(8));
    assert.deepEqual(seqsOf(await reading.take(2)), [1_001, 1_005]);
  });

  test('who waits for what does not come is told now and then how far it is, and who gets events is not', async () => {
    await using world = await openFeedWorld();
    const tenant = await createTenant(world);
    await world.append(tenant, eventsOf(tenant, 1_200));
    await using waiting = await startReading(world.feed, { ...tenant, after: 0n, filter: { labels: ['zebra'] } });
    assert.deepEqual(await waiting.next(), { done: false, value: new Progress('1200') });
    const next = waiting.next();
    await world.append(tenant, eventsOf(tenant, 999));
    await world.append(tenant, eventsOf(tenant, 1, { label: 'zebra' }));
    const { value } = await next;
    assert.ok(value && !(value instanceof Progress));
    assert.deepEqual(seqsOf([value]), [2_200]);
  });
});

describe('lost history', () => {
  test('a reader behind the oldest kept event is told which numbers it will never get', async () => {
    await using world = await openFeedWorld();
    const tenant = await createTenant(world);
    await world.append(tenant, eventsOf(tenant, 20));
    await forgetUntil(world, tenant.organizationId, 12);
    await using fromStart = await startReading(world.feed, { ...tenant, after: 0n });
    assert.deepEqual(seqsOf(await fromStart.take(9)), ['1-12', ...upTo(20, 13)]);
    await using fromFive = await startReading(world.feed, { ...tenant, after: 5n });
    assert.deepEqual(seqsOf(await fromFive.take(2)), ['6-12', 13]);
    await using justInTime = await startReading(world.feed, { ...tenant, after: 12n });
    assert.deepEqual(seqsOf(await justInTime.take(1)), [13]);
  });

  test('a filter does not hide the gap, and a feed with nothing left says so', async () => {
    await using world = await openFeedWorld();
    const tenant = await createTenant(world);
    await world.append(tenant, eventsOf(tenant, 20));
    await forgetUntil(world, tenant.organizationId, 20);
    await using reading = await startReading(world.feed, { ...tenant, after: 3n, filter: { labels: ['zebra'] } });
    assert.deepEqual(seqsOf(await reading.take(1)), ['4-20']);
    await world.append(tenant, [...eventsOf(tenant, 1), ...eventsOf(tenant, 1, { label: 'zebra' })]);
    assert.deepEqual(seqsOf(await reading.take(1)), [22]);
  });

  test('history lost while a replay runs becomes a gap in its place', async () => {
    await using world = await openFeedWorld();
    const tenant = await createTenant(world);
    await world.append(tenant, eventsOf(tenant, 1_500));
    await using reading = await startReading(world.feed, { ...tenant, after: 0n });
    assert.deepEqual(seqsOf(await reading.take(500)), upTo(500));
    await forgetUntil(world, tenant.organizationId, 700);
    assert.deepEqual(seqsOf(await reading.take(3)), ['501-700', 701, 702]);
  });

  test('events deleted with their source leave no gap that would have to be explained', async () => {
    await using world = await openFeedWorld();
    const tenant = await createTenant(world);
    await world.append(tenant, eventsOf(tenant, 10));
    await world.pool.query('delete from "Event" where "seq" between 4 and 6');
    await using reading = await startReading(world.feed, { ...tenant, after: 0n });
    assert.deepEqual(seqsOf(await reading.take(7)), [1, 2, 3, 7, 8, 9, 10]);
  });
});

describe('ending', () => {
  test('a cursor the feed has not reached is refused with a code', async () => {
    await using world = await openFeedWorld();
    const tenant = await createTenant(world);
    await world.append(tenant, eventsOf(tenant, 3));
    await assert.rejects(startReading(world.feed, { ...tenant, after: 4n }), { code: 'CURSOR_INVALID' });
    assert.equal(world.feed.tailCount, 0);
  });

  test('a cursor from another server that is a moment ahead is not refused', async () => {
    await using here = await openFeedWorld({ bus: deafBus(), pollMs: 50 });
    await using there = await openFeedWorld({ databaseUrl: here.databaseUrl });
    const tenant = await createTenant(here);
    await using _tail = await startReading(here.feed, { ...tenant });
    await there.append(tenant, eventsOf(tenant, 5));
    await using reading = await startReading(here.feed, { ...tenant, after: 5n });
    await there.append(tenant, eventsOf(tenant, 1));
    assert.deepEqual(seqsOf(await reading.take(1)), [6]);
  });

  test('aborting ends a reader that waits, and the last reader takes the tail along', async () => {
    await using world = await openFeedWorld();
    const tenant = await createTenant(world);
    const one = await startReading(world.feed, { ...tenant });
    const two = await startReading(world.feed, { ...tenant });
    assert.equal(world.feed.tailCount, 1);
    const waiting = one.next();
    one.stop();
    assert.deepEqual(await waiting, { done: true, value: undefined });
    assert.equal(world.feed.tailCount, 1);
    two.stop();
    assert.equal(world.feed.tailCount, 0);
  });

  test('a reader that is abandoned before its first item leaves nothing behind', async () => {
    await using world = await openFeedWorld();
    const tenant = await createTenant(world);
    const reading = await startReading(world.feed, { ...tenant, after: 0n });
    reading.stop();
    assert.equal(world.feed.tailCount, 0);
  });

  test('the feed of another organization never leaks in', async () => {
    await using world = await openFeedWorld();
    const [mine, theirs] = [await createTenant(world), await createTenant(world)];
    await using reading = await startReading(world.feed, { ...mine, after: 0n });
    for (let n = 0; n < 5; n += 1) {
      await world.append(theirs, eventsOf(theirs, 10));
      await world.append(mine, eventsOf(mine, 1));
    }
    const items = await reading.take(5);
    assert.deepEqual(seqsOf(items), upTo(5));
    assert.ok(items.every((item) => item.kind === 'event' && item.event.organizationId === mine.organizationId));
  });
});

/** What retention does. */
async function forgetUntil({ pool }: Awaited<ReturnType<typeof openFeedWorld>>, organizationId: string, seq: number) {
  await pool.query(
    `with gone as (delete from "Event" where "organizationId" = $1 and "seq" <= $2)
      update "OrganizationFeed" set "firstSeq" = $2 + 1 where "organizationId" = $1`,
    [organizationId, seq],
  );
}

describe('hints', () => {
  test('events that a signal brings along are those of the table, and nobody reads them there', async () => {
    await using world = await openFeedWorld({ pollMs: 60_000 });
    const tenant = await createTenant(world);
    await using reading = await startReading(world.feed, { ...tenant, after: null });
    const box = { x: 0.1, y: 0.2, width: 1 / 3, height: 0.5 };
    const events = [
      ...eventsOf(tenant, 2, { box, frameIndex: 3, trackNumber: 4 }),
      ...eventsOf(tenant, 1, { label: null }),
    ];
    const appended = await inTransaction(world.pool, (sql) => world.writer.append(sql, tenant.organizationId, events));
    // The signal in the outbox leaves later: what is read until then came with the hint.
    createTell(world.bus)(grownOf(appended).grown!);
    const told = await reading.take(3);
    await using again = await startReading(world.feed, { ...tenant, after: 0n });
    const { rows } = await world.pool.query<{ seq: string }>('select * from "Event" order by "seq"');
    assert.deepEqual(
      told.map((item) => item.kind === 'event' && { ...item.event, month: null }),
      rows.map((row) => ({ ...row, seq: BigInt(row.seq), month: null })),
    );
    assert.deepEqual(seqsOf(await again.take(3)), [1, 2, 3]);
  });

  test('a hint that does not follow, or is not all of this feed, is not believed', () => {
    const organizationId = 'o';
    const event = (seq: number) => ({
      seq: String(seq),
      organizationId,
      month: '2026-01-01',
      occurredAt: 0,
      recordedAt: 0,
    });
    const signal = (fromSeq: number, events: object[], lastSeq = fromSeq + events.length - 1) => ({
      ...{ organizationId, lastSeq: String(lastSeq), hint: { fromSeq: String(fromSeq), events: events as JsonRow[] } },
    });
    assert.deepEqual(
      eventsOfHint(signal(6, [event(6), event(7)]), 5n)?.map(({ seq }) => seq),
      [6n, 7n],
    );
    for (const bad of [
      { organizationId, lastSeq: '6' },
      signal(7, [event(7)]),
      signal(5, [event(5), event(6)]),
      signal(6, [event(6), event(8)]),
      signal(6, [event(6)], 9),
      signal(6, []),
      signal(6, [{ ...event(6), organizationId: 'other' }]),
    ]) {
      assert.equal(eventsOfHint(bad, 5n), null);
    }
  });
});
