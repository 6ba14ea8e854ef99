import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { defaultAppRole } from '@sightline/db/app-role';
import type { EventFilter } from '@sightline/server/domain/events/event-filter';
import { eventPageSql } from '@sightline/server/domain/events/event-page.queries';
import { readFeedSql } from '@sightline/server/domain/events/events.queries';
import { splitRange } from '@sightline/server/domain/events/statistics/buckets';
import type { Grain } from '@sightline/server/domain/events/statistics/buckets';
import { dashboardSumsSql, eventSumsSql } from '@sightline/server/domain/events/statistics/sums.queries';
import pg from 'pg';
import { createTestDatabase } from '../harness/database.ts';

/*
 * How PostgreSQL reads the feed as the role that row security holds back: for these parameters, and for any. It may use an
 * index for less than the owner may, and knows less of what is common. Enough events that a wrong way is one worth choosing.
 */
const count = 40_000;
const days = 50;
const start = '2031-01-06T00:30:00Z';
const organizationId = randomUUID();
const sourceIds = Array.from({ length: 20 }, () => randomUUID());

/** Sources in turns of 700, labels that are common and one that is rare, few begins of sessions; over three months. */
const fillSql = `insert into "Event" ("id", "organizationId", "seq", "month", "type", "sourceId", "sessionId", "label",
    "confidence", "boxX", "boxY", "boxWidth", "boxHeight", "occurredAt", "recordedAt", "requestId")
  select gen_random_uuid(), $1, n, date_trunc('month', at at time zone 'UTC')::date,
    case when n % 5000 = 1 then 'SESSION_STARTED' when n % 9 = 0 then 'OBJECT_ENTERED' else 'OBJECT_UPDATED' end::"EventType",
    ($3::uuid[])[1 + (n / 700) % 20], ($3::uuid[])[1 + (n / 700) % 20],
    case when n % 20000 = 17 then 'zebra' else 'label ' || n % 5 end, case when n = 30000 then 0.95 else 0.5 end,
    0.1, 0.1, case when n = 20000 then 0.6 else 0.2 end, 0.2, at, at, 'r'
  from generate_series(1, $2::int) n, lateral (select $4::timestamptz + n * (interval '${days} days' / $2::int) as at) t`;

const day = (n: number) => new Date(Date.parse(start) + n * 86_400_000);
/** The begin of the hour, or of so many, in which it lies. */
const hour = (at: Date, hours = 1) => new Date(Math.floor(at.getTime() / hours / 3_600_000) * hours * 3_600_000);
const page = (filter: EventFilter, range: { after?: bigint; before?: bigint; backwards?: boolean } = {}) =>
  eventPageSql({
    ...{ organizationId, after: null, before: null, backwards: false, limit: 51, include: [], blocks: 16, filter },
    ...range,
  });
const feed = (filter: EventFilter, after: bigint, upTo: bigint | null = null) =>
  readFeedSql({ organizationId, after, upTo, filter, limit: 50 });

function counted({ text, values }: Asked, grain: Grain, from: Date, to: Date): Asked {
  return {
    text,
    values: [organizationId, grain.toLowerCase(), 1_000, ...splitRange(from, to, grain).flat(), ...values],
  };
}
const sums = (grain: Grain, from: Date, to: Date) =>
  counted(eventSumsSql('NONE', { sourceIds: null }), grain, from, to);
const dashboard = (grain: Grain, from: Date, to: Date) =>
  counted(dashboardSumsSql({ sourceIds: null }), grain, from, to);

type Asked = { text: string; values: unknown[] };
/** Each with how many events it may look at in vain, and the months it may open. */
const asked: Record<string, [Asked, inVain: number, months: number]> = {
  'a page': [page({}, { after: 10_000n, before: 10_100n }), 60, 1],
  'the newest': [page({}, { backwards: true }), 60, 3],
  'a rare label': [page({ labels: ['zebra'] }), 60, 3],
  'rare labels': [page({ labels: ['zebra', 'gnu'] }, { backwards: true }), 60, 3],
  'where sessions begin': [page({ types: ['SESSION_STARTED'] }), 60, 3],
  'where sessions of some sources begin': [
    page({ types: ['SESSION_STARTED'], sourceIds: sourceIds.slice(0, 3) }),
    60,
    3,
  ],
  'a source': [page({ sourceIds: sourceIds.slice(3, 4) }, { backwards: true }), 60, 3],
  'some sources': [page({ sourceIds: sourceIds.slice(3, 6) }, { backwards: true }), 60, 3],
  'a session': [page({ sessionIds: sourceIds.slice(7, 8) }), 60, 3],
  'a type that is nowhere': [page({ types: ['OBJECT_LEFT'] }), 0, 0],
  'a confidence that is nowhere': [page({ maxConfidence: 0.4 }, { backwards: true }), 0, 0],
  'an area where nothing is': [page({ area: { x: 0.8, y: 0.1, width: 0.1, height: 0.1 } }), 0, 0],
  'an area in which nothing fits': [page({ area: { x: 0.1, y: 0.1, width: 0.1, height: 0.1, minOverlap: 0.9 } }), 0, 0],
  'a time before everything': [page({ occurredUntil: day(-1), types: ['OBJECT_ENTERED'] }), 0, 0],
  // Blocks of 4 096 numbers are as close as it gets.
  'a rare confidence': [page({ minConfidence: 0.9 }), 4_096, 3],
  'a rare area of a source': [
    page({ sourceIds: sourceIds.slice(8, 9), area: { x: 0.5, y: 0.1, width: 0.1, height: 0.1 } }),
    4_096,
    3,
  ],
  'an hour long ago': [page({ occurredFrom: day(20), occurredUntil: day(20.05) }), 8_192, 3],
  'a part of the feed': [feed({}, 10_000n, 10_500n), 60, 1],
  'the feed of a source': [feed({ sourceIds: sourceIds.slice(9, 10) }, 15_000n), 60, 3],
  // Twice: the hours at the ends are compared with what was counted of them, since something has left this feed.
  'minutes of an hour': [sums('MINUTE', day(20), day(20.05)), 16_384, 1],
  'days and parts of hours': [sums('DAY', day(5), day(44)), 32_768, 2],
  'the dashboard by minutes': [dashboard('MINUTE', day(20), day(20.05)), 16_384, 1],
  'the dashboard by hours': [dashboard('HOUR', hour(day(20)), hour(day(22))), 0, 0],
  'the dashboard by days': [dashboard('DAY', hour(day(2), 24), hour(day(32), 24)), 0, 0],
};

type PlanNode = {
  Plans?: PlanNode[];
  'Relation Name'?: string;
  'Index Cond'?: string;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
};
const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
function literal(value: unknown): string {
  if (Array.isArray(value)) return pg.escapeLiteral(`{${value.join()}}`);
  return pg.escapeLiteral(value instanceof Date ? value.toISOString() : String(value));
}

/** Without the few rows that say where the feed's months and blocks are. */
const eventsOf = (nodes: PlanNode[]) =>
  nodes.filter((node) => node['Relation Name']?.startsWith('Event_') && node['Actual Loops'] > 0);

test('behind row security pages, filters and sums read what they tell, of the months that have it', async () => {
  await using database = await createTestDatabase();
  const client = new pg.Client(database.url);
  await client.connect();
  try {
    await client.query(`insert into "Organization" ("id", "name") values ($1, 'o')`, [organizationId]);
    await client.query(`insert into "OrganizationFeed" ("organizationId", "firstSeq", "lastSeq") values ($1, 2, $2)`, [
      organizationId,
      count,
    ]);
    await client.query(`select "make_event_months"('2031-01-01', '2031-06-01')`);
    await client.query(fillSql, [organizationId, count, sourceIds, start]);
    await client.query('vacuum analyze "Event"');
    await client.query('vacuum analyze "EventRollup"');
    await client.query(`set role ${pg.escapeIdentifier(defaultAppRole)}`);
    await client.query(`select set_config('app.organization_id', $1, false)`, [organizationId]);

    async function plan(mode: string, { text, values }: Asked): Promise<PlanNode[]> {
      await client.query(`set plan_cache_mode = ${mode}`);
      await client.query(`prepare asked as ${text}`);
      const { rows } = await client.query(
        `explain (analyze, format json) execute asked (${values.map(literal).join()})`,
      );
      await client.query('deallocate asked');
      return nodesOf(rows[0]['QUERY PLAN'][0].Plan as PlanNode);
    }
    for (const mode of ['force_custom_plan', 'force_generic_plan']) {
      for (const [name, [statement, inVain, months]] of Object.entries(asked)) {
        const events = eventsOf(await plan(mode, statement));
        const read = events.reduce(
          (sum, node) => sum + (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops'],
          0,
        );
        const opened = new Set(events.map((node) => node['Relation Name']));
        assert.ok(read <= inVain, `${name}, ${mode}: ${read} in vain`);
        assert.ok(opened.size <= months, `${name}, ${mode}: ${[...opened].join(', ')}`);
      }
      // So few roll-ups are quicker read one after the other: what is asked here is what an index can find.
      await client.query('set enable_seqscan = off');
      const rollups = (await plan(mode, sums('DAY', day(0), day(40)))).filter(
        (node) => node['Index Cond'] && /grain/.test(node['Index Cond']),
      );
      assert.ok(
        rollups.some((node) => /'DAY'/.test(node['Index Cond'] ?? '')),
        `${mode}: days are found by their grain`,
      );
      await client.query('set enable_seqscan = on');
    }
  } finally {
    await client.end();
  }
});
