/**
 * Sources and sessions of organization `$1`; of the sources `$2` alone, where it is not null. A source is online while a
 * session runs over it of which something was recorded at `$3` or later, whatever time its frames tell.
 */
export const nowWatchedSql = {
  name: 'dashboard-now-watched',
  text: `select
      (select count(*) from "Source" where "organizationId" = $1::uuid and ($2::uuid[] is null or "id" = any($2::uuid[])))::int
        as "sourceCount",
      count(distinct s."sourceId") filter (where s."state" = 'RUNNING' and s."lastRecordedAt" >= $3::timestamptz)::int
        as "sourcesOnline",
      count(*) filter (where s."state" <> 'QUEUED')::int as "sessionsActive",
      count(*) filter (where s."state" = 'QUEUED')::int as "sessionsQueued"
    from "Session" s
    where s."organizationId" = $1::uuid and s."state" in ('QUEUED', 'STARTING', 'RUNNING', 'STOPPING')
      and ($2::uuid[] is null or s."sourceId" = any($2::uuid[]))`,
};

/** What people call the sources `$2` of organization `$1`. What is gone has no name any more. */
export const sourceNamesSql = {
  name: 'dashboard-source-names',
  text: `select "id", "name" from "Source" where "organizationId" = $1::uuid and "id" = any($2::uuid[])`,
};
