import type { Meter } from '@sightline/db/client';
import { InputInvalidError } from '../../../errors/request-errors.ts';
import type { Clock } from '../../../ports.ts';
import type { Sql } from '../../../transaction.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { billingPeriodOf } from '../billing-periods.ts';
import type { NamesOf } from './consumer-names.ts';
import { largest, summed } from './sum-lists.ts';
import { usageSums } from './sums.ts';
import type { UsageSum } from './sums.ts';
import type { UsageGroup } from './usage-sums.queries.ts';

export type UsageFilter = {
  from?: Date | null | undefined;
  to?: Date | null | undefined;
  meter?: Meter | null | undefined;
  groupBy: UsageGroup;
};

/** A sum with what people call the key or source it is of; null where it has no name, or one that the viewer may not see. */
export type NamedSum = UsageSum & { groupBy: UsageGroup; name: string | null };

export type UsageReport = {
  from: Date;
  to: Date;
  totals: UsageSum[];
  groups: NamedSum[];
  /** Whether there are more groups than are told. */
  isCut: boolean;
};

export type UsageReportsService = ReturnType<typeof createUsageReports>;
type Deps = { pool: Sql; clock: Clock; namesOf: NamesOf };

const hourMs = 3_600_000;
const daysMax = 400;
const groupsMax = 1_200;

/** What an organization used, for people who look at it. */
export function createUsageReports({ pool, clock, namesOf }: Deps) {
  async function spanOf(viewer: Viewer, { from, to }: Pick<UsageFilter, 'from' | 'to'>) {
    const period = from && to ? null : await billingPeriodOf(pool, viewer.organizationId, clock.now());
    const [begin, end] = [floorHour(from ?? period!.startsAt), ceilHour(to ?? period!.endsAt)];
    if (begin >= end) throw new InputInvalidError('to', 'The end is not after the begin.');
    if (end.getTime() - begin.getTime() > daysMax * 24 * hourMs) {
      throw new InputInvalidError('to', `Ask for at most ${daysMax} days at once.`);
    }
    return { from: begin, to: end };
  }

  async function sumsOf(viewer: Viewer, filter: UsageFilter) {
    const { organizationId } = viewer;
    const span = await spanOf(viewer, filter);
    const { meter = null, groupBy } = filter;
    return { ...span, sums: await usageSums(pool, { organizationId, meter, ...span, groupBy }) };
  }

  async function named(viewer: Viewer, groupBy: UsageGroup, sums: readonly UsageSum[]): Promise<NamedSum[]> {
    const names = await namesOf(
      viewer,
      groupBy,
      sums.map(({ group }) => group),
    );
    return sums.map((sum) => ({ ...sum, groupBy, name: names.get(sum.group) ?? null }));
  }

  return {
    /**
     * What was used between two moments, widened to full hours; the current billing period where they are left out. Days
     * in their order, all else by size. Throws INPUT_INVALID.
     */
    async usage(viewer: Viewer, filter: UsageFilter): Promise<UsageReport> {
      const { sums, ...span } = await sumsOf(viewer, filter);
      const told = filter.groupBy === 'DAY' ? sums.slice(0, groupsMax) : largest(sums, groupsMax);
      const groups = filter.groupBy === 'NONE' ? [] : await named(viewer, filter.groupBy, told);
      return { ...span, totals: summed(sums), groups, isCut: sums.length > told.length };
    },

    /** The largest consumers of one meter. Throws INPUT_INVALID. */
    async top(viewer: Viewer, filter: UsageFilter & { meter: Meter; first: number }): Promise<NamedSum[]> {
      const { sums } = await sumsOf(viewer, filter);
      return named(viewer, filter.groupBy, largest(sums, filter.first));
    },
  };
}

const floorHour = (at: Date) => new Date(Math.floor(at.getTime() / hourMs) * hourMs);
const ceilHour = (at: Date) => new Date(Math.ceil(at.getTime() / hourMs) * hourMs);
