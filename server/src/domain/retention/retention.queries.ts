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

export const pruneAuditSql = { name: 'prune-audit', text: `select "prune_audit_entries"($1, $2)::int as "count"` };

/** Counts of tries whose windows are long over. */
export const removeOldAttemptsSql = {
  name: 'remove-old-attempts',
  text: `delete from "AttemptWindow" where "windowStartedAt" < $1`,
};
