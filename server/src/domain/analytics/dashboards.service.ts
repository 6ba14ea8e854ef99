import type { EventType } from '@sightline/db/client';
import type { OrganizationClock } from '../../organization-clock.ts';
import { withOrganization } from '../../tenancy.ts';
import { inTransaction } from '../../transaction.ts';
import type { Sql, SqlPool } from '../../transaction.ts';
import { summed } from '../billing/usage/sum-lists.ts';
import { usageSums } from '../billing/usage/sums.ts';
import type { UsageSum } from '../billing/usage/sums.ts';
import type { Grain } from '../events/statistics/buckets.ts';
import { dashboardSums } from '../events/statistics/sums.ts';
import { sourceIdsFor } from '../identity/access.ts';
import type { Viewer } from '../identity/viewer.ts';
import { createAnswerCache } from './answer-cache.ts';
import { nowWatchedSql, sourceNamesSql } from './dashboards.queries.ts';
import { bucketsOf, perMinute, spanOf } from './time-span.ts';
import type { Span } from './time-span.ts';

export type Counted = { eventCount: bigint; eventsPerMinute: number };
export type DashboardBucket = Counted & { startsAt: Date; averageConfidence: number | null };
export type DashboardShare<Key> = Counted & { key: Key };
export type SourceShare = DashboardShare<string> & { name: string | null };

export type Dashboard = Counted & {
  from: Date;
  to: Date;
  grain: Grain;
  /** Whether all events of that time are counted. */
  isWhole: boolean;
  buckets: DashboardBucket[];
  byType: DashboardShare<EventType>[];
  byLabel: DashboardShare<string>[];
  bySource: SourceShare[];
  sourceCount: number;
  sourcesOnline: number;
  sessionsActive: number;
  sessionsQueued: number;
  /** Null for who may not see what is used. */
  usage: UsageSum[] | null;
};

/** As it was read, with when that was and how much older it may be when it is given. */
export type DashboardAnswer = Dashboard & { asOf: Date; maxAgeMs: number };

type Asked = { from?: Date | null | undefined; to?: Date | null | undefined; grain: Grain };
type NowWatched = Pick<Dashboard, 'sourceCount' | 'sourcesOnline' | 'sessionsActive' | 'sessionsQueued'>;

type Deps = {
  /** Behind the second fence, and outside of any request: an answer is for everybody who asks the same. */
  pool: SqlPool;
  clock: OrganizationClock;
  onAnswer: (isHit: boolean) => void;
  maxAgeMs?: number;
};

export type DashboardsService = ReturnType<typeof createDashboards>;

/** How many are told of sources and labels, the largest first. */
const largestCount = 100;
const onlineMs = 20_000;
const hourMs = 3_600_000;
/** Most of what is asked for again within a quarter of a minute is what people have open. */
const usualMaxAgeMs = 15_000;
const answersKept = 2_000;

/** What an organization sees at a glance. All of an answer is of one moment, and none is older than it says. */
export function createDashboards({ pool, clock, onAnswer, maxAgeMs = usualMaxAgeMs }: Deps) {
  const answers = createAnswerCache<Dashboard>({ maxAgeMs, clock, size: answersKept, onAnswer });

  async function read(viewer: Viewer, span: Span, grain: Grain): Promise<Dashboard> {
    const { organizationId } = viewer;
    const sourceIds = sourceIdsFor(viewer, 'read');
    const now = clock.nowOf(organizationId);
    const onlineSince = new Date(now.getTime() - onlineMs);
    return inTransaction(pool, async (sql) => {
      // One snapshot: what is watched and used is of the moment in which events were counted.
      await sql.query('set transaction isolation level repeatable read, read only');
      const { buckets, by, isWhole } = await dashboardSums(sql, { organizationId, sourceIds, ...span, grain });
      const bySource = shares(by.SOURCE, span, now);
      const watched = await sql.query<NowWatched>({
        ...nowWatchedSql,
        values: [organizationId, sourceIds, onlineSince],
      });
      const names = await sql.query<{ id: string; name: string }>({
        ...sourceNamesSql,
        values: [organizationId, bySource.map(({ key }) => key)],
      });
      const nameOf = new Map(names.rows.map(({ id, name }) => [id, name]));
      const eventCount = buckets.reduce((sum, bucket) => sum + bucket.eventCount, 0n);
      return {
        ...span,
        grain,
        eventCount,
        eventsPerMinute: perMinute(eventCount, span, now),
        buckets: filled(buckets, span, grain, now),
        isWhole,
        byType: shares(by.TYPE, span, now) as DashboardShare<EventType>[],
        byLabel: shares(by.LABEL, span, now),
        bySource: bySource.map((share) => ({ ...share, name: nameOf.get(share.key) ?? null })),
        ...watched.rows[0]!,
        usage: viewer.permissions.has('billing:read') ? await usageOf(sql, organizationId, span) : null,
      };
    });
  }

  return {
    /**
     * Events between two moments, widened to whole buckets, and what is watched now. Of sources that the viewer may read.
     * Throws INPUT_INVALID.
     */
    async dashboard(viewer: Viewer, { grain, ...asked }: Asked): Promise<DashboardAnswer> {
      const { organizationId, permissions } = viewer;
      const span = spanOf(grain, asked, clock.nowOf(organizationId));
      const sources = sourceIdsFor(viewer, 'read')?.toSorted() ?? null;
      // Whatever the answer depends on: what this viewer may see, not who they are.
      const key = JSON.stringify([organizationId, sources, permissions.has('billing:read'), span, grain]);
      const reading = () => withOrganization(organizationId, () => read(viewer, span, grain));
      const { value, asOf } = await answers.get(key, reading);
      return { ...value, asOf, maxAgeMs };
    },
  };
}

function shares(counts: ReadonlyMap<string, bigint>, span: Span, now: Date): DashboardShare<string>[] {
  return [...counts]
    .toSorted(([aKey, a], [bKey, b]) => (a === b ? (aKey < bKey ? -1 : 1) : a < b ? 1 : -1))
    .slice(0, largestCount)
    .map(([key, eventCount]) => ({ key, eventCount, eventsPerMinute: perMinute(eventCount, span, now) }));
}

type BucketSum = { startsAt: Date; eventCount: bigint; averageConfidence: number | null };

/** Every bucket, those in which nothing happened, too. */
function filled(sums: readonly BucketSum[], span: Span, grain: Grain, now: Date): DashboardBucket[] {
  const known = new Map(sums.map((sum) => [sum.startsAt.getTime(), sum]));
  return bucketsOf(span, grain).map((bucket) => {
    const { eventCount = 0n, averageConfidence = null } = known.get(bucket.from.getTime()) ?? {};
    return {
      ...{ startsAt: bucket.from, eventCount, averageConfidence },
      eventsPerMinute: perMinute(eventCount, bucket, now),
    };
  });
}

/** Usage has no minutes: whole hours. */
async function usageOf(sql: Sql, organizationId: string, { from, to }: Span): Promise<UsageSum[]> {
  const hours = {
    from: new Date(Math.floor(from.getTime() / hourMs) * hourMs),
    to: new Date(Math.ceil(to.getTime() / hourMs) * hourMs),
  };
  return summed(await usageSums(sql, { organizationId, ...hours, groupBy: 'NONE' }));
}
