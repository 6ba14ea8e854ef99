/*
 * Usage comes a thousand records at a time and is written in one statement, which Prisma's createMany is many times
 * slower at, and which is a transaction by itself.
 */

/**
 * Records `$1`, a JSON array, as far as they are new. Those of organizations that are gone are left out: there is nobody
 * left to bill. In the order of their ids, so that two reporters of the same records cannot wait for each other.
 */
export const recordUsageSql = {
  name: 'record-usage',
  text: `insert into "UsageRecord" ("id", "organizationId", "apiKeyId", "task", "model", "count", "at")
    select r."id", r."organizationId", r."apiKeyId", r."task", r."model", r."count", r."at"
    from json_to_recordset($1) as r(
      "id" uuid, "organizationId" uuid, "apiKeyId" uuid, "task" text, "model" text, "count" int, "at" timestamptz
    )
    join "Organization" o on o."id" = r."organizationId"
    order by r."id"
    on conflict ("id") do nothing`,
};

/** What the plan of organization `$1` gives its callers of the sidecar. */
export const inferenceAllowanceSql = {
  name: 'inference-allowance',
  text: `select p."inferenceWeight" as "weight", p."inferencePerMinute" as "perMinute",
      p."inferencePerMinuteKey" as "perMinuteKey"
    from "Organization" o join "Plan" p on p."code" = o."planCode"
    where o."id" = $1`,
};
