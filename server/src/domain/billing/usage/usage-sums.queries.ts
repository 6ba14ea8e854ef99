/*
 * Sums of roll-ups. `$2` says which of them, as JSON of `Piece`: a few ranges of the primary key, whatever the time. `offset 0`
 * keeps the planner, which cannot know how short they are, from reading the whole table. Every parameter has its type, so
 * that the statements run through Prisma as well.
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
    from json_to_recordset($2::json) as p("grain" text, "from" timestamptz, "to" timestamptz) cross join lateral (
      select * from "UsageRollup" u where u."organizationId" = $1::uuid and u."grain" = p."grain"::"UsageGrain"
        and u."startsAt" >= p."from" and u."startsAt" < p."to"
        and ($3::text is null or u."meter" = $3::text::"Meter") offset 0
    ) r
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
