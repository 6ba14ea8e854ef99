/*
 * Sums of roll-ups. `$2` says which of them, as JSON of `Piece`: a few ranges of the primary key, whatever the time. Each is
 * summed in the order of the key, and what is left of it is put into words: a year of days has many rows for each day. The
 * planner cannot know how few pieces there are; `limit` tells it. Every parameter has its type, so that the statements run
 * through Prisma as well.
 */

const nobody = '00000000-0000-0000-0000-000000000000';

/** No time is made up of more pieces: hours, days, months, days, hours. */
export const piecesMax = 5;

/** What units are told apart by, and how it is told: as text, empty for none. */
const groups = {
  NONE: { column: null, told: `''` },
  DAY: { column: `"startsAt"`, told: `to_char(s."startsAt" at time zone 'UTC', 'YYYY-MM-DD')` },
  MODEL: { column: `"model"`, told: `s."model"` },
  KEY: { column: `"apiKeyId"`, told: `coalesce(nullif(s."apiKeyId", '${nobody}')::text, '')` },
  SOURCE: { column: `"sourceId"`, told: `coalesce(nullif(s."sourceId", '${nobody}')::text, '')` },
} satisfies Record<string, { column: string | null; told: string }>;

export type UsageGroup = keyof typeof groups;

function sumsBy(group: UsageGroup) {
  const { column, told } = groups[group];
  const columns = [...(column ? [`u.${column}`] : []), 'u."meter"'].join(', ');
  return {
    name: `usage-sums-by-${group}`,
    text: `select s."meter", ${told} as "group", sum(s."quantity")::bigint as "quantity",
      sum(s."recordCount")::bigint as "recordCount"
    from (
      select * from json_to_recordset($2::json) as p("grain" text, "from" timestamptz, "to" timestamptz) limit ${piecesMax}
    ) p cross join lateral (
      select ${columns}, sum(u."quantity") as "quantity", sum(u."recordCount") as "recordCount" from "UsageRollup" u
        where u."organizationId" = $1::uuid and u."grain" = p."grain" and u."startsAt" >= p."from" and u."startsAt" < p."to"
          and ($3::text is null or u."meter" = $3::text::"Meter")
        group by ${columns}
    ) s
    group by 1, 2 order by 1, 2`,
  };
}

/** Of organization `$1`, of meter `$3` or, where it is null, of each. */
export const usageSumsSql = {
  NONE: sumsBy('NONE'),
  DAY: sumsBy('DAY'),
  MODEL: sumsBy('MODEL'),
  KEY: sumsBy('KEY'),
  SOURCE: sumsBy('SOURCE'),
} satisfies Record<UsageGroup, unknown>;
