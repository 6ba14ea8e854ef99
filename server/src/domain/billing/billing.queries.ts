/*
 * Usage comes a thousand records at a time and is written in one statement, which Prisma's createMany is many times
 * slower at, and which is a transaction by itself.
 */

/**
 * Records `$1`, a JSON array, as far as they are new. Those of organizations that are gone are left out: there is nobody
 * left to bill. In the order of their ids, so that two reporters of the same records cannot wait for each other. `$2`
 * says whether their times are those of a machine, which knows nothing of a sandbox's clock: they are moved then.
 */
export const recordUsageSql = {
  name: 'record-usage',
  text: `insert into "UsageRecord" ("id", "organizationId", "meter", "apiKeyId", "sourceId", "sessionId", "task", "model", "count", "at",
      "callId", "isOfDevice")
    select r."id", r."organizationId", r."meter"::"Meter", r."apiKeyId", r."sourceId", r."sessionId", r."task", r."model",
      r."count", case when $2::boolean then r."at" + o."clockOffsetMs" * interval '1 millisecond' else r."at" end,
      r."callId", coalesce(r."isOfDevice", false)
    from json_to_recordset($1::json) as r(
      "id" uuid, "organizationId" uuid, "meter" text, "apiKeyId" uuid, "sourceId" uuid, "sessionId" uuid, "task" text,
      "model" text, "count" int, "at" timestamptz, "callId" uuid, "isOfDevice" boolean
    )
    join "Organization" o on o."id" = r."organizationId"
    order by r."id"
    on conflict ("id") do nothing`,
};

/** Whoever tells of calls that have an id does so one after the other within an organization, until the commit. In one order, so that nobody waits in a circle. */
export const lockCallsSql = {
  name: 'lock-calls',
  text: `select pg_advisory_xact_lock(1784213, o."key")
    from (select distinct hashtext(id) as "key" from unnest($1::text[]) as t(id) order by 1) as o`,
};

/**
 * Sets aside those of `$1` (acts with a call id) whose call the other side has told already: same organization, call, meter and
 * count, and each record that counts stands for one other at most, which its index holds as well. Gives the ids of all that are set
 * aside, now or before.
 *
 * A call of ours that was answered more than an hour after the device told its own counts as well: no answer is as slow as that, and
 * what a device has told of one month would otherwise pay for calls of the next, with what the first one had left over.
 */
export const setAsideUsageSql = {
  name: 'set-aside-usage',
  text: `with told as (
      select distinct on ("id") * from json_to_recordset($1::json) as r(
        "id" uuid, "organizationId" uuid, "meter" text, "callId" uuid, "isOfDevice" boolean, "count" int, "at" timestamptz
      ) order by "id"
    ), fresh as (
      select t.*, coalesce(t."isOfDevice", false) as "ofDevice", row_number() over (
          partition by t."organizationId", t."callId", t."meter", t."count", coalesce(t."isOfDevice", false) order by t."id"
        ) as "place"
      from told t
      where not exists (select from "UsageRecord" u where u."id" = t."id")
        and not exists (select from "UncountedUse" x where x."id" = t."id")
    ), counted as (
      select u.*, row_number() over (
          partition by u."organizationId", u."callId", u."meter", u."count", u."isOfDevice" order by u."id"
        ) as "place"
      from "UsageRecord" u
      where u."callId" is not null
        and (u."organizationId", u."callId") in (select "organizationId", "callId" from fresh)
        and not exists (select from "UncountedUse" x where x."countedId" = u."id")
    ), added as (
      insert into "UncountedUse" ("id", "organizationId", "countedId", "at")
      select f."id", f."organizationId", c."id", f."at" from fresh f
        join counted c on c."organizationId" = f."organizationId" and c."callId" = f."callId" and c."place" = f."place"
          and c."meter"::text = f."meter" and c."count" = f."count" and c."isOfDevice" <> f."ofDevice"
      where f."ofDevice" or f."at" <= c."recordedAt" + interval '1 hour'
      returning "id"
    )
    select "id"::text from added
    union all select x."id"::text from "UncountedUse" x join told t on t."id" = x."id"`,
};

/** Takes `$4` units of quota `$1`, `$2`, `$3` where no more than `$5` (null: any number) are taken then. One row, always. */
export const takeQuotaSql = {
  name: 'take-quota',
  text: `with allowed as (
      insert into "QuotaCounter" as q ("organizationId", "meter", "periodStartsAt", "taken")
      select $1::uuid, $2::"Meter", $3::timestamptz, $4::bigint where $5::bigint is null or $4::bigint <= $5::bigint
      on conflict ("organizationId", "meter", "periodStartsAt") do update set "taken" = q."taken" + excluded."taken"
        where $5::bigint is null or q."taken" + excluded."taken" <= $5::bigint
      returning "taken"
    )
    select coalesce(a."taken" is not null, false) as "isAllowed", coalesce(a."taken", (
        select "taken" from "QuotaCounter" where "organizationId" = $1::uuid and "meter" = $2::"Meter"
          and "periodStartsAt" = $3::timestamptz
      ), 0) as "taken"
    from (select 1) as one left join allowed a on true`,
};

/** Gives `$4` units back. */
export const giveQuotaBackSql = {
  name: 'give-quota-back',
  text: `update "QuotaCounter" set "taken" = "taken" - $4::bigint
    where "organizationId" = $1::uuid and "meter" = $2::"Meter" and "periodStartsAt" = $3::timestamptz`,
};

/** The subscription's period of organization `$1`, if it covers `$2`. */
export const subscribedPeriodSql = {
  name: 'subscribed-period',
  text: `select "periodStartsAt" as "startsAt", "periodEndsAt" as "endsAt" from "Subscription"
    where "organizationId" = $1::uuid and "state" <> 'CANCELED'
      and "periodStartsAt" <= $2::timestamptz and $2::timestamptz < "periodEndsAt"`,
};
