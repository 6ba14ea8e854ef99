/*
 * Sums of roll-ups. `$2` says which of them, as JSON of `Piece`: a few ranges of the primary key, whatever the time. Every
 * parameter has its type, so that the statements run through Prisma as well.
 */

const nobody = '00000000-0000-0000-0000-000000000000';

/** What units are told apart by, as text: empty for none. */
const groups = {
  NONE: `''`,
  DAY: `to_char(r."startsAt" at time zone 'UTC', 'YYYY-MM-DD')`,
  MODEL: `r."model"`,
  KEY: `coalesce(nullif(r."apiKeyId", '${nobody}')::text, '')`,
  SOURCE: `coalesce(nullif(r."sourceId", '${nobody}')::text, '')`,
};

export type UsageGroup = keyof typeof groups;

const sumsBy = (group: UsageGroup) => ({
  name: `usage-sums-by-${group}`,
  text: `select r."meter", ${groups[group]} as "group", sum(r."quantity")::bigint as "quantity",
      sum(r."recordCount")::bigint as "recordCount"
    from json_to_recordset($2::json) as p("grain" text, "from" timestamptz, "to" timestamptz)
    join "UsageRollup" r on r."organizationId" = $1::uuid and r."grain" = p."grain"::"UsageGrain"
      and r."startsAt" >= p."from" and r."startsAt" < p."to"
    where $3::text is null or r."meter" = $3::text::"Meter"
    group by 1, 2 order by 1, 2`,
});

/** Of organization `$1`, of meter `$3` or, where it is null, of each. */
export const usageSumsSql = {
  NONE: sumsBy('NONE'),
  DAY: sumsBy('DAY'),
  MODEL: sumsBy('MODEL'),
  KEY: sumsBy('KEY'),
  SOURCE: sumsBy('SOURCE'),
} satisfies Record<UsageGroup, unknown>;
