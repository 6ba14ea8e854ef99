/** Notes that organization `$1` is told of threshold `$4` of a meter in a period. A row for whoever is the first, and nobody else. */
export const addAlertSql = {
  name: 'add-usage-alert',
  text: `insert into "UsageAlert" ("organizationId", "meter", "periodStartsAt", "thresholdPercent", "at")
    values ($1::uuid, $2::"Meter", $3::timestamptz, $4::int, $5::timestamptz)
    on conflict do nothing returning "thresholdPercent"`,
};

/** The next organizations after `$1`, for whoever goes round them all. */
export const nextOrganizationsSql = {
  name: 'next-organizations-for-alerts',
  text: `select "id" from "Organization" where "id" > $1::uuid order by "id" limit $2::int`,
};
