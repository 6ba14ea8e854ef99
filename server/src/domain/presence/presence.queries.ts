/*
 * Who watches what, as every process says of itself. Whether another process lives is asked by the database's clock, the only
 * one that all of them share. The tables are unlogged: after a crash of the database they are empty and filled again.
 */

const alive = `insert into "PresenceProcess" ("id", "seenAt") values ($1::uuid, clock_timestamp())
    on conflict ("id") do update set "seenAt" = excluded."seenAt"`;

/**
 * Process `$1` lives. Says whether it was not known, as after a crash of the database or when others took it for dead, and how
 * many it has told of.
 */
export const beatSql = {
  name: 'presence-beat',
  text: `with beat as (${alive} returning xmax = 0 as "isNew")
    select "isNew", (select count(*) from "PresenceEntry" where "processId" = $1::uuid)::int as "entryCount" from beat`,
};

const insertEntries = `insert into "PresenceEntry" ("id", "processId", "organizationId", "userId", "sourceId", "since")
    select e."id", $1::uuid, e."organizationId", e."userId", e."sourceId", e."since"
    from json_to_recordset($2::json)
      as e("id" uuid, "organizationId" uuid, "userId" uuid, "sourceId" uuid, "since" timestamptz)
    join "Organization" o on o."id" = e."organizationId"
    on conflict ("id") do nothing`;

/** Of process `$1`: `$2` came and `$3` went. An organization that is gone takes nobody else along. */
export const changeEntriesSql = {
  name: 'presence-change',
  text: `with beat as (${alive}), gone as (
      delete from "PresenceEntry" where "processId" = $1::uuid and "id" = any($3::uuid[])
    ) ${insertEntries}`,
};

/** Process `$1` has told of `$2` and of nobody else. `$3`: their ids. */
export const replaceEntriesSql = {
  name: 'presence-replace',
  text: `with beat as (${alive}), gone as (
      delete from "PresenceEntry" where "processId" = $1::uuid and "id" <> all($3::uuid[])
    ) ${insertEntries}`,
};

/** Processes other than `$1` that were not heard of for `$2` ms, and whether it is `$3` ms or more. */
export const quietProcessesSql = {
  name: 'presence-quiet',
  text: `select "id", "seenAt" <= clock_timestamp() - $3 * interval '1 millisecond' as "isSilent" from "PresenceProcess"
    where "id" <> $1::uuid and "seenAt" <= clock_timestamp() - $2 * interval '1 millisecond'`,
};

/** Removes the processes `$1` with all they told of, unless they were heard of within `$2` ms. Gives the organizations. */
export const removeProcessesSql = {
  name: 'presence-remove',
  text: `with gone as (
      delete from "PresenceProcess"
      where "id" = any($1::uuid[]) and "seenAt" <= clock_timestamp() - $2 * interval '1 millisecond' returning "id"
    )
    select distinct e."organizationId" from "PresenceEntry" e join gone on gone."id" = e."processId"`,
};

/**
 * Who watches in the organizations `$1`, told by processes that were heard of within `$2` ms: one row for each person and
 * source, however often they have it open, in the order in which they came. The first `$3` of each source, and how many there
 * are. Members only: who was removed is gone at once, even where their subscription does not know yet.
 */
export const presentSql = {
  name: 'presence-present',
  text: `with present as (
      select e."organizationId", e."sourceId", e."userId", u."name", min(e."since") as "since", (
        array_agg(e."activity" order by e."activityUntil" desc) filter (where e."activityUntil" > clock_timestamp())
      )[1] as "activity"
      from "PresenceEntry" e
      join "PresenceProcess" p on p."id" = e."processId" and p."seenAt" > clock_timestamp() - $2 * interval '1 millisecond'
      join "Membership" m on m."organizationId" = e."organizationId" and m."userId" = e."userId"
      join "User" u on u."id" = e."userId" and u."erasedAt" is null
      where e."organizationId" = any($1::uuid[])
      group by 1, 2, 3, 4
    ), ranked as (
      select *, count(*) over (partition by "organizationId", "sourceId")::int as "presentCount",
        row_number() over (partition by "organizationId", "sourceId" order by "since", "userId") as "place"
      from present
    )
    select "organizationId", "sourceId", "userId", "name", "since", "activity", "presentCount" from ranked
    where "place" <= $3 order by "organizationId", "sourceId", "place"`,
};

/** Whoever is `$3` and watches source `$2` of organization `$1`, null for the organization, does `$4` for `$5` ms. */
export const setActivitySql = {
  name: 'presence-activity',
  text: `update "PresenceEntry" set "activity" = $4::text,
      "activityUntil" = clock_timestamp() + $5::float8 * interval '1 millisecond'
    where "organizationId" = $1::uuid and "sourceId" is not distinct from $2::uuid and "userId" = $3::uuid`,
};
