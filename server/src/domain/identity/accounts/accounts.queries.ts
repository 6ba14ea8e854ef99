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
