import type { PlanVersion, SubscriptionState } from '@sightline/db/client';
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
  /** Of the subscription; null: it has none. CANCELED is told only while a bill is owed after its grace. */
  readonly state: SubscriptionState | null;
};

/** What costs machines, which run for whoever asks: nobody pays for a sandbox, so it gets no more of these than `free`. */
const machineLimits = [
  ...['requestsPerMinute', 'inferencePerMinute', 'inferencePerMinuteKey', 'inferenceWeight'],
  ...['maxConcurrentSessions', 'maxLiveConnections', 'maxStoredBytes'],
] as const satisfies readonly (keyof Limits)[];
const leastOf = machineLimits.map((name) => `'${name}', least(v."${name}", f."${name}")`).join(', ');

/**
 * Limits of organization `$1`: of the version it subscribed to, else of the newest of its plan; those of its own go before.
 * In a trial nothing is billed beyond what is included, so there the quota is hard. What is owed goes before a subscription
 * that was begun since. As one JSON object, so that it reads the same through every driver.
 */
const limitsSql = {
  name: 'organization-limits',
  text: `select to_jsonb(v) || case s."state" when 'TRIALING' then '{"predictionsAreHard": true}'::jsonb else '{}' end
      || case when o."isSandbox" then (
          select jsonb_build_object(${leastOf}) from "PlanVersion" f where f."planCode" = 'free' order by f."number" desc limit 1
        ) else '{}' end
      || coalesce((
        select jsonb_object_agg(l."name", case l."name" when 'predictionsAreHard' then to_jsonb(l."value" <> 0)
          else to_jsonb(l."value") end)
        from "OrganizationLimit" l where l."organizationId" = o."id"
      ), '{}')
      || jsonb_build_object('organizationId', o."id", 'planVersionId', v."id", 'state', s."state") as "limits"
    from "Organization" o join lateral (
      select * from "PlanVersion" p
      where case when o."planVersionId" is null then p."planCode" = o."planCode" else p."id" = o."planVersionId" end
      order by p."number" desc limit 1
    ) v on true left join lateral (
      select b."state" from "Subscription" b
      where b."organizationId" = o."id" and (b."state" <> 'CANCELED' or b."pastDueSince" is not null)
      order by b."state" = 'CANCELED' desc limit 1
    ) s on true
    where o."id" = $1::uuid`,
};

/** The limits as the database knows them now; null when there is no such organization. */
export async function readLimits(sql: Sql, organizationId: string): Promise<Limits | null> {
  const { rows } = await sql.query<{ limits: Limits }>({ ...limitsSql, values: [organizationId] });
  return rows[0]?.limits ?? null;
}
