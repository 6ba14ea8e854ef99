/*
 * Attempts are counted in sixths of a window, and a try counts what the sixth it falls into and the six before it hold:
 * no stretch of time as long as the window ever has more than `$5`, wherever it begins.
 */

/**
 * Takes one of `$5` tries of kind `$1` for subject `$2`: counts it in the part that begins at `$3`, looking back to the one
 * that begins at `$4`. A refused try counts nothing. Earlier parts are locked before the present one, always in that
 * order, so nobody waits in a circle, and whoever waited reads what the others left.
 */
export const takeAttemptSql = {
  name: 'take-attempt',
  text: `with earlier as (
      select "windowStartedAt", "count" from "AttemptWindow"
      where "kind" = $1 and "subject" = $2 and "windowStartedAt" >= $4 and "windowStartedAt" < $3
      order by "windowStartedAt" for update
    ), before as materialized (
      select coalesce(sum("count"), 0)::int as "count",
        min("windowStartedAt") filter (where "count" > 0) as "oldest" from earlier
    ), taken as (
      insert into "AttemptWindow" as a ("kind", "subject", "windowStartedAt", "count")
      select $1, $2, $3, 1 from before where before."count" < $5
      on conflict ("kind", "subject", "windowStartedAt")
      do update set "count" = a."count" + 1 where a."count" + (select "count" from before) < $5
      returning 1
    ) select exists (select from taken) as "allowed", (select "oldest" from before) as "oldest"`,
};

export const giveAttemptBackSql = {
  name: 'give-attempt-back',
  text: `update "AttemptWindow" set "count" = greatest("count" - 1, 0)
    where "kind" = $1 and "subject" = $2 and "windowStartedAt" = $3`,
};

/**
 * What checking a password needs, in one statement that does the same work for addresses nobody has: the user of address
 * `$1` or id `$2`, the organization they act in first, and whether `$3` is the token hash of a device of theirs. Who left
 * every organization cannot sign in.
 */
export const findPasswordSql = {
  name: 'find-password',
  text: `select u."id", u."email", u."name", u."locale", u."emailVerifiedAt", u."passwordHash", u."passwordChangedAt",
      m."organizationId", m."role", k."id" as "knownDeviceId"
    from "User" u
    left join lateral (
      select "organizationId", "role" from "Membership" where "userId" = u."id" order by "id" limit 1
    ) m on true
    left join "KnownDevice" k on k."userId" = u."id" and k."tokenHash" = $3
    where (u."email" = $1 or u."id" = $2::uuid) and u."erasedAt" is null`,
};

/** Stores hash `$3` for user `$1` unless it was changed from `$2` meanwhile. */
export const upgradePasswordSql = {
  name: 'upgrade-password',
  text: `update "User" set "passwordHash" = $3 where "id" = $1 and "passwordHash" = $2`,
};
