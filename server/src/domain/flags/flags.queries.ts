/** All flags with their exceptions. A few dozen rows, read by each process twice a second. */
export const allFlagsSql = {
  name: 'all-feature-flags',
  text: `select f."name", f."description", f."isOn", f."percentage",
      coalesce(json_agg(json_build_object('organizationId', r."organizationId", 'planCode', r."planCode", 'isOn', r."isOn")
        order by r."id") filter (where r."id" is not null), '[]') as "rules"
    from "FeatureFlag" f left join "FeatureFlagRule" r on r."flagName" = f."name"
    group by f."name" order by f."name"`,
};

/** $1: name, $2: description or null, $3: on, $4: percentage or null, $5: when. */
export const setFlagSql = `insert into "FeatureFlag" ("name", "description", "isOn", "percentage", "updatedAt")
  values ($1, coalesce($2::text, ''), $3, $4, $5)
  on conflict ("name") do update set "description" = coalesce($2::text, "FeatureFlag"."description"), "isOn" = excluded."isOn",
    "percentage" = excluded."percentage", "updatedAt" = excluded."updatedAt"`;

/** $1: id, $2: name, $3: organization or null, $4: plan or null, $5: on. Takes the place of the one before. */
export const setRuleSql = `insert into "FeatureFlagRule" ("id", "flagName", "organizationId", "planCode", "isOn")
  values ($1::uuid, $2, $3::uuid, $4, $5)`;

/** $1: name, $2: organization or null, $3: plan or null. */
export const unsetRuleSql = `delete from "FeatureFlagRule"
  where "flagName" = $1 and "organizationId" is not distinct from $2::uuid and "planCode" is not distinct from $3`;

export const unsetFlagSql = `delete from "FeatureFlag" where "name" = $1`;

/** What an entry of the log says a flag was, and is. */
export const flagStateSql = `select f."isOn", f."percentage", f."description", (
    select coalesce(json_agg(json_build_array(r."organizationId", r."planCode", r."isOn") order by r."organizationId", r."planCode"), '[]')
    from "FeatureFlagRule" r where r."flagName" = f."name") as "rules"
  from "FeatureFlag" f where f."name" = $1 for no key update of f`;
