import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import { createEventWriter } from '@sightline/server/domain/events/event-writer';
import type { NewEvent } from '@sightline/server/domain/events/event-writer';
import { eventSums } from '@sightline/server/domain/events/statistics/sums';
import type { EventSumsRequest } from '@sightline/server/domain/events/statistics/sums';
import { inTransaction } from '@sightline/server/transaction';
import fc from 'fast-check';
import { graphql } from '../../harness/graphql.ts';
import { signUp, uuidOf } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';

const hourMs = 3_600_000;
const start = Date.UTC(2027, 11, 30, 20);
const sourceIds = [randomUUID(), randomUUID()];
const labels = ['cat', 'dog', null];
const types = ['OBJECT_ENTERED', 'OBJECT_LEFT'] as const;

/** 400 events over five days around the end of a year. */
const events = Array.from({ length: 400 }, (_, n): NewEvent & { confidence: number | null } => ({
  type: types[n % 2] ?? 'OBJECT_LEFT',
  sourceId: sourceIds[(n >> 1) % 2] ?? '',
  sessionId: randomUUID(),
  requestId: 'r',
  label: labels[n % 3] ?? null,
  confidence: n % 5 === 0 ? null : (n % 10) / 10,
  occurredAt: new Date(start + ((n * 7_919) % (5 * 24 * 60)) * 60_000),
}));

const bucketOf = {
  MINUTE: (at: Date) => at.setUTCSeconds(0, 0),
  HOUR: (at: Date) => at.setUTCMinutes(0, 0, 0),
  DAY: (at: Date) => at.setUTCHours(0, 0, 0, 0),
  MONTH: (at: Date) => Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1),
};
const keyOf = {
  NONE: () => null,
  SOURCE: ({ sourceId }: NewEvent) => sourceId,
  TYPE: ({ type }: NewEvent) => type,
  LABEL: ({ label }: NewEvent) => label ?? null,
};

/** The same, counted one by one. */
function countOneByOne({ from, to, grain, groupBy, ...of }: Omit<EventSumsRequest, 'organizationId'>) {
  const counted = new Map<string, (typeof events)[number][]>();
  for (const event of events) {
    const { occurredAt: at, sourceId, type, label } = event;
    if (at < from || at >= to) continue;
    if (of.sourceIds && !of.sourceIds.includes(sourceId)) continue;
    if (of.types && !of.types.includes(type)) continue;
    if (of.labels && !(label && of.labels.includes(label))) continue;
    const name = JSON.stringify([new Date(bucketOf[grain](new Date(at))), keyOf[groupBy](event)]);
    counted.set(name, [...(counted.get(name) ?? []), event]);
  }
  return new Map(
    [...counted].map(([name, all]) => {
      const known = all.flatMap(({ confidence }) => confidence ?? []);
      const average = known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length;
      return [name, [all.length, average?.toFixed(6) ?? null]];
    }),
  );
}

/** A server with somebody whose organization has these events, and what reads them directly. */
async function openWorld() {
  await using opening = new AsyncDisposableStack();
  const server = opening.use(await startTestServer());
  const person = await signUp(server);
  const { pool } = opening.use(openDatabase(server.databaseUrl, { maxConnections: 2 }));
  const organizationId = uuidOf(person.organizationId);
  const writer = createEventWriter({ clock: { now: () => new Date() } });
  for (let at = 0; at < events.length; at += 100) {
    await inTransaction(pool, (sql) => writer.append(sql, organizationId, events.slice(at, at + 100)));
  }
  const open = opening.move();
  return { server, person, pool, organizationId, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

const query = `query ($filter: EventStatisticsFilter, $from: DateTime!, $to: DateTime!, $grain: EventStatisticsGrain!, $groupBy: EventGroup!) {
  eventStatistics(filter: $filter, from: $from, to: $to, grain: $grain, groupBy: $groupBy) {
    startsAt countedFrom countedTo eventCount averageConfidence sourceId type label
  }
}`;

const some = <T>(values: readonly T[]) => fc.option(fc.subarray([...values]), { freq: 2 });
/** Any time, bucket, group and filter. */
const requests = fc
  .record({
    sourceIds: some(sourceIds),
    types: some(types),
    labels: some(['cat', 'dog', 'zebra']),
    from: fc.integer({ min: -100, max: 5 * 24 * 60 + 100 }).map((n) => new Date(start + n * 60_000 + (n % 2) * 30_000)),
    lengthMinutes: fc.integer({ min: 1, max: 4 * 24 * 60 }),
    grain: fc.constantFrom('MINUTE' as const, 'HOUR' as const, 'DAY' as const, 'MONTH' as const),
    groupBy: fc.constantFrom('NONE' as const, 'SOURCE' as const, 'TYPE' as const, 'LABEL' as const),
  })
  .map(({ lengthMinutes, ...rest }) => {
    const length = rest.grain === 'MINUTE' ? Math.min(lengthMinutes, 1_440) : lengthMinutes;
    return { ...rest, to: new Date(rest.from.getTime() + length * 60_000) };
  });

describe('statistics', () => {
  test('are what counting one by one gives, for any time, bucket, group and filter', async () => {
    await using world = await openWorld();
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const sums = await eventSums(world.pool, { ...request, organizationId: world.organizationId });
        const answered = sums.map(({ startsAt, key, eventCount, averageConfidence }) => [
          JSON.stringify([startsAt, key]),
          [Number(eventCount), averageConfidence?.toFixed(6) ?? null],
        ]);
        assert.equal(new Set(answered.map(([name]) => name)).size, answered.length);
        assert.deepEqual(Object.fromEntries(answered), Object.fromEntries(countOneByOne(request)));
      }),
      { numRuns: 120 },
    );
  });

  test('count whole hours where events of a part have left the feed, say so, and are never less than there was', async () => {
    await using world = await openWorld();
    const { pool, organizationId } = world;
    // As retention does: what was recorded first goes, whenever it happened.
    await pool.query('delete from "Event" where "organizationId" = $1 and "seq" <= 150', [organizationId]);
    await pool.query('update "OrganizationFeed" set "firstSeq" = 151 where "organizationId" = $1', [organizationId]);
    let widened = 0;
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const { from, to, grain, groupBy } = request;
        const sums = await eventSums(pool, { ...request, organizationId });
        const allOf = (given: typeof request) => {
          const counts = new Map<string | null, number>();
          for (const [name, [count]] of countOneByOne({ ...given, grain: 'MONTH' })) {
            const key = (JSON.parse(name) as [string, string | null])[1];
            counts.set(key, (counts.get(key) ?? 0) + Number(count));
          }
          return counts;
        };
        const told = new Map<string | null, number>();
        for (const { startsAt, countedFrom, countedTo, key, eventCount } of sums) {
          const isHour = countedTo.getTime() - countedFrom.getTime() === hourMs;
          if (countedFrom < from || countedTo > to || (grain === 'MINUTE' && isHour)) widened += 1;
          told.set(key, (told.get(key) ?? 0) + Number(eventCount));
          // An hour that is told as a whole among minutes has the minutes of which nothing left beside it, if any.
          if (grain !== 'MINUTE' || isHour) {
            assert.equal(
              Number(eventCount),
              allOf({ ...request, from: countedFrom, to: countedTo }).get(key),
              `${startsAt.toISOString()} ${groupBy}`,
            );
          }
        }
        for (const [key, count] of allOf(request)) assert.ok((told.get(key) ?? 0) >= count, `${key} of ${grain}`);
      }),
      { numRuns: 120 },
    );
    assert.ok(widened > 20, `${widened} were counted in whole hours`);
  });

  test('are there for whoever reads, and what nobody could read is refused', async () => {
    await using world = await openWorld();
    const { server, person } = world;
    const range = { from: new Date(start).toISOString(), to: new Date(start + 100 * hourMs).toISOString() };
    const ask = (variables: object) =>
      graphql(server, query, { ...range, grain: 'DAY', groupBy: 'LABEL', ...variables }, person);
    const { eventStatistics } = (await ask({ filter: { types: ['OBJECT_LEFT'] } })).expectData();
    const counted = countOneByOne({
      ...{ from: new Date(range.from), to: new Date(range.to), grain: 'DAY', groupBy: 'LABEL' },
      ...{ sourceIds: null, types: ['OBJECT_LEFT'] },
    });
    assert.equal(eventStatistics.length, counted.size);
    for (const { startsAt, label, eventCount } of eventStatistics) {
      assert.equal(Number(eventCount), counted.get(JSON.stringify([startsAt, label]))?.[0]);
    }
    (await ask({ to: range.from })).expectCode('INPUT_INVALID');
    (await ask({ grain: 'MINUTE' })).expectCode('INPUT_INVALID');
    (await ask({ grain: 'HOUR', to: '2029-01-01T00:00:00Z' })).expectCode('INPUT_INVALID');
    const stranger = await signUp(server, 'stranger');
    const theirs = await graphql(server, query, { ...range, grain: 'DAY', groupBy: 'NONE' }, stranger);
    assert.deepEqual(theirs.expectData().eventStatistics, []);
  });
});

test('whoever polls learns what retention took, and exactly that', async () => {
  await using world = await openWorld();
  const page = async (variables: object) => {
    const text = `query ($after: String, $before: String, $last: Int, $filter: EventFilter) {
      events(after: $after, before: $before, last: $last, filter: $filter) { gap { fromSeq toSeq } edges { node { seq } } } }`;
    return (await graphql(world.server, text, { ...variables }, world.person)).expectData().events;
  };
  assert.equal((await page({ after: '0' })).gap, null);
  await world.pool.query(`with gone as (delete from "Event" where "seq" <= 50)
    update "OrganizationFeed" set "firstSeq" = 51 where "organizationId" = '${world.organizationId}'`);
  const first = await page({ after: '20' });
  assert.deepEqual([first.gap, first.edges[0].node.seq], [{ fromSeq: 21, toSeq: 50 }, 51]);
  assert.deepEqual((await page({ after: '0', filter: { labels: [] } })).gap, { fromSeq: 1, toSeq: 50 });
  assert.deepEqual((await page({ after: '10', last: 3 })).gap, { fromSeq: 11, toSeq: 50 });
  for (const none of [{ after: '50' }, { after: '300' }, { before: '40' }, {}])
    assert.equal((await page(none)).gap, null);
});
