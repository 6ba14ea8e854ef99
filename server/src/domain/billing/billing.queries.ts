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
  text: `insert into "UsageRecord" ("id", "organizationId", "meter", "apiKeyId", "sourceId", "sessionId", "task", "model", "count", "at")
    select r."id", r."organizationId", r."meter"::"Meter", r."apiKeyId", r."sourceId", r."sessionId", r."task", r."model",
      r."count", case when $2::boolean then r."at" + o."clockOffsetMs" * interval '1 millisecond' else r."at" end
    from json_to_recordset($1::json) as r(
      "id" uuid, "organizationId" uuid, "meter" text, "apiKeyId" uuid, "sourceId" uuid, "sessionId" uuid, "task" text,
      "model" text, "count" int, "at" timestamptz
    )
    join "Organization" o on o."id" = r."organizationId"
    order by r."id"
    on conflict ("id") do nothing`,
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
