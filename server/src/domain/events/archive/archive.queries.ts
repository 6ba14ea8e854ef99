/** One organization's archive is made by one process at a time, for as long as its transaction lasts. */
export const lockArchiveSql = {
  name: 'lock-event-archive',
  text: `select pg_try_advisory_xact_lock(1784212, hashtext($1::text)) as "isMine"`,
};

/**
 * The oldest events of feed `$1` up to the first that is not from before `$2`, at most `$3`, as lines of JSON in order.
 */
export const oldEventsSql = {
  name: 'old-events',
  text: `with oldest as (
      select * from "Event" e where e."organizationId" = $1
        and e."month" >= (select min(m."month") from "EventMonth" m where m."organizationId" = $1)
      order by e."seq" limit $3
    ), fresh as (
      select min("seq") as "seq" from oldest where "recordedAt" >= $2
    )
    select o."seq", o."recordedAt", jsonb_strip_nulls(to_jsonb(o) - 'organizationId' - 'month')::text as "line"
    from oldest o, fresh where fresh."seq" is null or o."seq" < fresh."seq" order by o."seq"`,
};

/** The number of the feed of `$1` from which a file would begin; it names the file. */
export const archiveStartSql = {
  name: 'event-archive-start',
  text: `select "firstSeq" from "OrganizationFeed" where "organizationId" = $1`,
};

export const addArchiveSql = {
  name: 'add-event-archive',
  text: `insert into "EventArchive" ("id", "organizationId", "firstSeq", "lastSeq", "eventCount", "startsAt", "endsAt", "storageKey",
      "byteSize", "sha256", "createdAt") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
};

/** Removes the events of feed `$1` up to number `$2`. Nobody waits for these rows, so the feed is not held meanwhile. */
export const removeEventsSql = {
  name: 'remove-events',
  text: `delete from "Event" e where e."organizationId" = $1 and e."seq" <= $2
    and e."month" <= (select min(m."month") from "EventMonth" m where m."organizationId" = $1 and m."lastSeq" >= $2)`,
};

/**
 * Moves the begin of feed `$1` behind number `$2`, in the transaction that removes its events: readers see a gap and never a
 * hole. From here on writers of the feed wait, and in the order in which they take rows themselves.
 */
export const moveBeginSql = {
  name: 'move-feed-begin',
  text: `update "OrganizationFeed" set "firstSeq" = greatest("firstSeq", $2::bigint + 1) where "organizationId" = $1`,
};

/** Forgets which months and blocks of feed `$1` had numbers up to `$2` and no others. */
export const forgetMonthsSql = {
  name: 'forget-event-months',
  text: `with months as (
      delete from "EventMonth" m where m."organizationId" = $1 and m."lastSeq" <= $2
    )
    delete from "EventSpan" s where s."organizationId" = $1 and s."block" < ($2::bigint + 1) >> 12`,
};

/** Files of `$1` that were made before `$2`, or hold nothing from after `$3`; `$4` of them. */
export const oldArchivesSql = {
  name: 'old-event-archives',
  text: `select "id", "storageKey" from "EventArchive"
    where "organizationId" = $1 and ("createdAt" < $2 or "endsAt" < $3) order by "firstSeq" limit $4`,
};
