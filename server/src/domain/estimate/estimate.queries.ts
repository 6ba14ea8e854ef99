import { storedBytesText } from '../billing/stored-bytes.ts';
/** What organization `$1` was billed once until now, in each currency. */
export const billedSql = {
  name: 'billed-once',
  text: `select "currency", sum("amountMinor")::text as "amountMinor", count(*) filter (where "amountMinor" < 0)::int as "creditCount"
    from "BillableItem" where "organizationId" = $1::uuid group by "currency" order by "currency"`,
};

/** Sessions that request `$2` of organization `$1` began, each with how many frames its source can have at most, if known. */
export const sessionsOfRequestSql = {
  name: 'sessions-of-request',
  text: `select o."kind"::text as "kind", o."path", (
      select count(*)::int from "SourceFile" f where f."sourceId" = o."id"
    ) as "fileCount", (
      select max(d."framesRead")::int from "Session" d where d."sourceId" = o."id" and d."state" = 'COMPLETED'
    ) as "framesBefore"
    from "Session" s join "Source" o on o."id" = s."sourceId"
    where s."organizationId" = $1::uuid and s."requestId" = $2::text`,
};

/** How much organization `$1` has of what its plan limits. `$2`: states of sessions that count. */
export const heldSql = {
  name: 'held-of-limits',
  text: `select
    (select count(*) from "Source" where "organizationId" = $1::uuid)::text as "maxSources",
    (select count(*) from "Session" where "organizationId" = $1::uuid and "captureId" is null and "state"::text = any($2::text[]))::text
      as "maxConcurrentSessions",
    ${storedBytesText} as "maxStoredBytes"`,
};
