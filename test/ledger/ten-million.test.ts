import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultAppRole } from '@sightline/db/app-role';
import { piecesOf } from '@sightline/server/domain/billing/usage/grains';
import { usageSumsSql } from '@sightline/server/domain/billing/usage/usage-sums.queries';
import pg from 'pg';
import { graphql } from '../harness/graphql.ts';
import { movableClock } from '../harness/movable-clock.ts';
import { signUp, uuidOf } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import { isLong, remark, report } from './report.ts';

/*
 * What a dashboard asks of an organization that has been here for a year and has used a lot: answers are exact, and come of
 * a few roll-ups that an index finds. How long that takes is measured in the long form, and told below the table.
 */
const recordCount = isLong ? 10_000_000 : 100_000;
const batchSize = 50_000;
const goalMs = 200;
const times = 12;

/** Twenty keys on three models, and sessions of eight sources; a year, minute after minute, in the order of time. */
const insertSql = `insert into "UsageRecord"
    ("id", "organizationId", "meter", "apiKeyId", "sourceId", "task", "model", "count", "at")
  select uuidv7(), $1, case when isSession then 'FRAMES' else 'PREDICTIONS' end::"Meter",
    case when isSession then null else md5('key' || n * 7919 % 20)::uuid end,
    case when isSession then md5('source' || n * 104729 % 8)::uuid end,
    'detection', 'model@' || n * 31 % 3, 1 + n % 4,
    timestamptz '2027-03-01Z' + n * (interval '366 days' / $4)
  from generate_series($2::bigint, $3::bigint) n, lateral (select n % 7 = 0 as isSession) as kind`;

const year = { from: '2027-03-01T00:00:00.000Z', to: '2028-03-01T00:00:00.000Z' };
const usage =
  'query ($filter: UsageFilter!) { usage(filter: $filter) { totals { meter quantity actCount } groups { meter quantity actCount day name } } }';
const top =
  'query ($by: UsageConsumer!) { topConsumers(by: $by, from: "2027-03-01T05:00:00Z", to: "2028-02-20T13:00:00Z") { name quantity } }';
const asked: [name: string, document: string, variables: object][] = [
  ...['DAY', 'MODEL', 'KEY', 'SOURCE', 'NONE'].map((groupBy): [string, string, object] => [
    `a year by ${groupBy}`,
    usage,
    { filter: { ...year, groupBy } },
  ]),
  ['this month by DAY', usage, { filter: { groupBy: 'DAY' } }],
  [
    'ten days and a half by KEY',
    usage,
    { filter: { from: '2027-08-03T07:00:00Z', to: '2027-08-13T19:00:00Z', groupBy: 'KEY' } },
  ],
  ['largest keys', top, { by: 'KEY' }],
  ['largest models', top, { by: 'MODEL' }],
  ['cost so far', '{ costSoFar { totalMinor } }', {}],
  ['forecast', '{ forecast { totalMinor } }', {}],
];

test(
  `what dashboards tell of ${recordCount} records is exact, and read from few roll-ups`,
  { timeout: 2_400_000 },
  async (t) => {
    await using server = await startTestServer({ clock: movableClock(new Date('2028-02-20T12:30:00Z')) });
    const person = await signUp(server);
    const organizationId = uuidOf(person.organizationId);
    const ask = async (document: string, variables: object) =>
      (await graphql(server, document, variables as Record<string, unknown>, person)).expectData();
    const client = new pg.Client(server.databaseUrl);
    await client.connect();
    try {
      for (let first = 0; first < recordCount; first += batchSize) {
        await client.query(insertSql, [organizationId, first, first + batchSize - 1, recordCount]);
      }
      await client.query('vacuum analyze "UsageRollup"');
      const { rows: expected } = await client.query<Total>(totalsSql);
      // From here on nobody can read a single record.
      await client.query('alter table "UsageRecord" rename to "UsageRecordAway"');
      const told: Total[] = (await ask(usage, { filter: { ...year, groupBy: 'NONE' } })).usage.totals;
      const records = told.reduce((sum, { actCount }) => sum + Number(actCount), 0);
      report('usage of a large organization', {
        acts: recordCount,
        rows: records,
        difference: Math.abs(recordCount - records),
      });
      assert.deepEqual(told.toSorted(byMeter), expected);
      for (const groupBy of ['DAY', 'MODEL', 'KEY', 'SOURCE']) {
        const { groups } = (await ask(usage, { filter: { ...year, groupBy } })).usage;
        assert.deepEqual(summed(groups), expected, groupBy);
      }
      for (const [name, document, variables] of asked) assert.ok(await ask(document, variables), name);
      for (const plan of await plansOf(client, organizationId)) {
        assert.deepEqual([plan.tables, plan.scans], [['UsageRollup'], ['UsageRollup_pkey']], JSON.stringify(plan));
        assert.equal(plan.readInVain, 0, JSON.stringify(plan));
      }
      if (isLong) {
        for (const line of await measure(ask)) {
          t.diagnostic(line);
          remark(line);
        }
      }
    } finally {
      await client.end();
    }
  },
);

type Total = { meter: string; quantity: number; actCount: number };
const totalsSql = `select "meter"::text as "meter", sum("count")::int as "quantity", count(*)::int as "actCount" from "UsageRecord"
  group by 1 order by 1`;

const byMeter = (a: Total, b: Total) => (a.meter < b.meter ? -1 : 1);

/** Groups added up again, by meter. */
function summed(groups: readonly Total[]): Total[] {
  return [...Map.groupBy(groups, ({ meter }) => meter)]
    .map(([meter, of]) => ({
      meter,
      quantity: of.reduce((sum, { quantity }) => sum + quantity, 0),
      actCount: of.reduce((sum, { actCount }) => sum + actCount, 0),
    }))
    .toSorted(byMeter);
}

type PlanNode = {
  Plans?: PlanNode[];
  'Relation Name'?: string;
  'Index Name'?: string;
  'Rows Removed by Filter'?: number;
};

/**
 * How PostgreSQL reads a year, for these parameters and for any: what it touches, and how much it reads and throws away. As the
 * role that row security holds back, which may use an index for less than its owner may.
 */
async function plansOf(client: pg.Client, organizationId: string) {
  const plans: { name: string; tables: string[]; scans: string[]; readInVain: number }[] = [];
  await client.query(`set role ${pg.escapeIdentifier(defaultAppRole)}`);
  await client.query(`select set_config('app.organization_id', $1, false)`, [organizationId]);
  for (const mode of ['force_custom_plan', 'force_generic_plan']) {
    await client.query(`set plan_cache_mode = ${mode}`);
    for (const [groupBy, { name, text }] of Object.entries(usageSumsSql)) {
      const pieces = piecesOf(new Date(year.from), new Date(year.to), groupBy === 'DAY' ? 'DAY' : 'MONTH');
      const values = [organizationId, JSON.stringify(pieces)].map((value) => pg.escapeLiteral(value));
      await client.query(`prepare asked (uuid, text, text) as ${text.replaceAll('$2::json', '$2::text::json')}`);
      const { rows } = await client.query(`explain (analyze, format json) execute asked (${values.join()}, null)`);
      await client.query('deallocate asked');
      const nodes = nodesOf(rows[0]['QUERY PLAN'][0].Plan as PlanNode);
      plans.push({
        name: `${name}, ${mode}`,
        tables: [...new Set(nodes.flatMap((node) => node['Relation Name'] ?? []))],
        scans: [
          ...new Set(nodes.flatMap((node) => (node['Relation Name'] ? (node['Index Name'] ?? 'all of it') : []))),
        ],
        readInVain: nodes.reduce((sum, node) => sum + (node['Rows Removed by Filter'] ?? 0), 0),
      });
    }
  }
  return plans;
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/** Asks everything, one after the other, and says how long it took; beside it a question that reads nothing. */
async function measure(ask: (document: string, variables: object) => Promise<unknown>): Promise<string[]> {
  const taken = new Map<string, Taken[]>();
  for (let round = 0; round < times; round++) {
    for (const [name, document, variables] of [...asked, nothing]) {
      const [begin, cpuBefore] = [performance.now(), process.cpuUsage()];
      await ask(document, variables);
      const { user, system } = process.cpuUsage(cpuBefore);
      const time = { allMs: performance.now() - begin, ourMs: (user + system) / 1_000 };
      taken.set(name, [...(taken.get(name) ?? []), time]);
    }
  }
  const all = asked.flatMap(([name]) => taken.get(name) ?? []);
  return [
    `Dashboards over ${recordCount} records: ${p50and95(all, 'allMs')} of ${all.length} answers; the goal is ${goalMs} ms.`,
    ...[...taken].map(
      ([name, of]) => `  ${name}: ${p50and95(of, 'allMs')}; processor of client and server: ${p50and95(of, 'ourMs')}`,
    ),
  ];
}

/** Milliseconds: by the clock, and of the processor in this process, which is the server and who asks it, without PostgreSQL. */
type Taken = { allMs: number; ourMs: number };
const nothing: (typeof asked)[number] = ['nothing at all', '{ __typename }', {}];

function p50and95(taken: readonly Taken[], of: keyof Taken): string {
  const sorted = taken.map((time) => time[of]).toSorted((a, b) => a - b);
  const [p50, p95] = [0.5, 0.95].map((share) => Math.round(sorted[Math.floor(sorted.length * share)] ?? Infinity));
  return `p50 ${p50} ms, p95 ${p95} ms`;
}
