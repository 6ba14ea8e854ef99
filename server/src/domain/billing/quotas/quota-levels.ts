import type { Meter } from '@sightline/db/client';
import type { OrganizationClock } from '../../../organization-clock.ts';
import type { Sql } from '../../../transaction.ts';
import { billingPeriodOf } from '../billing-periods.ts';
import type { Entitlements } from '../entitlements.ts';
import { usageSums } from '../usage/sums.ts';
import { takenOfQuotaSql } from './quota-leases.queries.ts';

export type QuotaLevel = {
  meter: Meter;
  /** In this billing period, by the ledger. */
  used: number;
  limit: number;
  /** Whether more than the limit is refused; else it is billed. */
  isHard: boolean;
  /** Never below 0. Of a hard quota what would still be let in; parts that sidecars hold are gone. */
  left: number;
  periodStartsAt: Date;
  resetsAt: Date;
};

export type QuotaOf = (organizationId: string) => Promise<QuotaLevel[]>;

type Deps = { pool: Sql; entitlements: Pick<Entitlements, 'of'>; clock: Pick<OrganizationClock, 'nowOf'> };

/** How an organization stands with the quotas of its plan; nothing for meters without one. */
export function createQuotaOf({ pool, entitlements, clock }: Deps): QuotaOf {
  return async function quotaOf(organizationId) {
    const limits = await entitlements.of(organizationId);
    const limit = limits?.predictionsPerPeriod ?? null;
    if (limits === null || limit === null) return [];
    const meter: Meter = 'PREDICTIONS';
    const { startsAt, endsAt } = await billingPeriodOf(pool, organizationId, clock.nowOf(organizationId));
    const values = [organizationId, meter, startsAt];
    const [[sum], { rows }] = await Promise.all([
      usageSums(pool, { organizationId, meter, from: startsAt, to: endsAt, groupBy: 'NONE' }),
      pool.query<{ taken: string }>({ ...takenOfQuotaSql, values }),
    ]);
    const used = Number(sum?.quantity ?? 0n);
    const isHard = limits.predictionsAreHard;
    const gone = isHard ? Math.max(used, Number(rows[0]?.taken ?? 0)) : used;
    const left = Math.max(0, limit - gone);
    return [{ meter, used, limit, isHard, left, periodStartsAt: startsAt, resetsAt: endsAt }];
  };
}
