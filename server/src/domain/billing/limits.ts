import type { PlanVersion } from '@sightline/db/client';
import type { Sql } from '../../transaction.ts';

type Wide = Pick<PlanVersion, 'predictionsPerPeriod' | 'maxStoredBytes'>;
type Named = Omit<PlanVersion, 'id' | 'planCode' | 'number' | 'createdAt' | keyof Terms | keyof Wide>;
/** What a plan costs, which no limit of an organization replaces. */
type Terms = Pick<PlanVersion, 'currency' | 'interval' | 'priceMinor' | 'trialDays' | 'graceDays'>;

/** What an organization may do: what it subscribed to, and what was agreed with it alone. Null is no limit. */
export type Limits = Named & { [Name in keyof Wide]: number | (null extends Wide[Name] ? null : never) } & {
  readonly organizationId: string;
  readonly planCode: string;
  readonly planVersionId: string;
};

/**
 * Limits of organization `$1`: of the version it subscribed to, else of the newest of its plan; those of its own go before.
 * As one JSON object, so that it reads the same through every driver.
 */
const limitsSql = {
  name: 'organization-limits',
  text: `select to_jsonb(v) || jsonb_build_object('organizationId', o."id", 'planVersionId', v."id") || coalesce((
        select jsonb_object_agg(l."name", l."value") from "OrganizationLimit" l where l."organizationId" = o."id"
      ), '{}') as "limits"
    from "Organization" o join lateral (
      select * from "PlanVersion" p
      where case when o."planVersionId" is null then p."planCode" = o."planCode" else p."id" = o."planVersionId" end
      order by p."number" desc limit 1
    ) v on true
    where o."id" = $1::uuid`,
};

/** The limits as the database knows them now; null when there is no such organization. */
export async function readLimits(sql: Sql, organizationId: string): Promise<Limits | null> {
  const { rows } = await sql.query<{ limits: Limits }>({ ...limitsSql, values: [organizationId] });
  return rows[0]?.limits ?? null;
}
