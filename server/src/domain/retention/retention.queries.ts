/* What is kept no longer, a batch at a time: no statement holds others up for long. */

/** Every organization, or `$5` alone, with its settings, or with what is usual. */
export const settingsSql = {
  name: 'retention-settings',
  text: `select o."id", coalesce(r."snapshotDays", $1) as "snapshotDays", coalesce(r."eventDays", $2) as "eventDays",
      coalesce(r."auditDays", $3) as "auditDays", coalesce(r."archiveDays", $4) as "archiveDays"
    from "Organization" o left join "RetentionSettings" r on r."organizationId" = o."id"
    where $5::uuid is null or o."id" = $5::uuid order by o."id"`,
};

/** Snapshots of `$1` from before `$2`, `$3` of them. */
export const oldSnapshotsSql = {
  name: 'old-snapshots',
  text: `select "id", "storageKey" from "Artifact"
    where "organizationId" = $1 and "kind" = 'SNAPSHOT' and "createdAt" < $2 order by "id" limit $3`,
};

/**
 * Which of the files `$1` no row names, and none is about to: pictures of a session that has not ended, and what a request
 * collects that is not answered, are left alone. The third part of their names is the session's or the request's id.
 */
export const unnamedFilesSql = {
  name: 'unnamed-files',
  text: `select "key" from (
      select "key", case when split_part("key", '/', 3) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        then split_part("key", '/', 3)::uuid end as "maker" from unnest($1::text[]) as f("key")
    ) f
    where not exists (select from "Artifact" where "storageKey" = f."key")
      and not exists (select from "PrivacyRequest" where "storageKey" = f."key" or ("id" = f."maker" and "state" = 'PENDING'))
      and not exists (select from "Session" where "id" = f."maker" and "endedAt" is null)`,
};

export const pruneAuditSql = { name: 'prune-audit', text: `select "prune_audit_entries"($1, $2)::int as "count"` };

/** Counts of tries whose windows are long over. */
export const removeOldAttemptsSql = {
  name: 'remove-old-attempts',
  text: `delete from "AttemptWindow" where "windowStartedAt" < $1`,
};
