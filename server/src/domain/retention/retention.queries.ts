/* What is kept no longer, a batch at a time: no statement holds others up for long. */

/** Every organization, or `$4` alone, with its settings, or with what is usual. */
export const settingsSql = {
  name: 'retention-settings',
  text: `select o."id", coalesce(r."snapshotDays", $1) as "snapshotDays", coalesce(r."eventDays", $2) as "eventDays",
      coalesce(r."auditDays", $3) as "auditDays"
    from "Organization" o left join "RetentionSettings" r on r."organizationId" = o."id"
    where $4::uuid is null or o."id" = $4::uuid order by o."id"`,
};

/** Snapshots of `$1` from before `$2`, `$3` of them. */
export const oldSnapshotsSql = {
  name: 'old-snapshots',
  text: `select "id", "storageKey" from "Artifact"
    where "organizationId" = $1 and "kind" = 'SNAPSHOT' and "createdAt" < $2 order by "id" limit $3`,
};

/**
 * Removes the oldest events of feed `$1` up to the first that is not from before `$2`, at most `$3`, and moves the begin
 * of the feed in the same statement, so that readers see a gap and never a hole.
 */
export const removeOldEventsSql = {
  name: 'remove-old-events',
  text: `with oldest as (
      select e."seq", e."recordedAt" from "Event" e where e."organizationId" = $1 order by e."seq" limit $3
    ), bound as (
      select coalesce(min("seq") filter (where "recordedAt" >= $2) - 1, max("seq")) as "upTo" from oldest
    ), moved as (
      update "OrganizationFeed" f set "firstSeq" = greatest(f."firstSeq", bound."upTo" + 1) from bound
      where f."organizationId" = $1 and bound."upTo" is not null
    ), emptied as (
      delete from "EventMonth" m using bound where m."organizationId" = $1 and m."lastSeq" <= bound."upTo"
    )
    delete from "Event" e using bound where e."organizationId" = $1 and e."seq" <= bound."upTo"`,
};

export const pruneAuditSql = { name: 'prune-audit', text: `select "prune_audit_entries"($1, $2)::int as "count"` };

/** Counts of tries whose windows are long over. */
export const removeOldAttemptsSql = {
  name: 'remove-old-attempts',
  text: `delete from "AttemptWindow" where "windowStartedAt" < $1`,
};
