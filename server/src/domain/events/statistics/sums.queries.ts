import type { EventType } from '@sightline/db/client';
import { withinMonthsSql } from '../event-filter.ts';
import type { EventGroup } from './sums.ts';

export type SumConditions = {
  sourceIds: readonly string[] | null;
  types?: readonly EventType[] | null | undefined;
  labels?: readonly string[] | null | undefined;
};

const keys: Record<EventGroup, string> = {
  NONE: 'null::text',
  SOURCE: '"sourceId"::text',
  TYPE: '"type"::text',
  LABEL: `nullif("label", '')`,
};

/** Parameters before the conditions: organization, grain, most rows, and both ends of the seven ranges of `splitRange`. */
const firstCondition = 18;

/**
 * Counts by bucket and key. Where events of an hour at an end have left the feed, that hour counts as a whole, and `gone` names
 * it. Rows in the order of time, then key.
 */
export function eventSumsSql(groupBy: EventGroup, given: SumConditions) {
  const { names, text: condition, values } = conditionsOf(given);
  return {
    name: `event-sums-${[groupBy.toLowerCase(), ...names].join('-')}`,
    text: `with ${endsSql}, "counted" as (
        ${countedSql(`${condition} and (not exists (select from "gone") or date_trunc('hour', "occurredAt", 'UTC') <> all (${goneSql}))`, condition)}
        union all
        ${rollupsSql('HOUR', `"startsAt" = any (${goneSql})`, condition)}
      )
      select date_trunc($2, "at", 'UTC') as "startsAt", ${keys[groupBy]} as "key", sum("eventCount")::bigint as "eventCount",
        sum("confidenceSum") / nullif(sum("confidentCount"), 0) as "averageConfidence", ${goneSql} as "gone"
      from "counted" group by 1, 2 order by 1, 2 limit $3`,
    values,
  };
}

/**
 * In all, by bucket, by type, by label and by source, which `by` tells apart, of the same events. Those of parts of hours only as far as they are
 * in the feed; `gone` names the hours of which some are not.
 */
export function dashboardSumsSql(given: SumConditions) {
  const { names, text: condition, values } = conditionsOf(given);
  return {
    name: `dashboard-sums-${names.join('-')}`,
    text: `with ${endsSql}, "counted" as (${countedSql(condition, condition)})
      select "startsAt", coalesce("sourceId"::text, "type"::text, "label") as "key",
        case when grouping("startsAt") = 0 then 'TIME' when grouping("sourceId") = 0 then 'SOURCE' when grouping("type") = 0 then 'TYPE'
          when grouping("label") = 0 then 'LABEL' else 'ALL' end as "by",
        sum("eventCount")::bigint as "eventCount",
        sum("confidenceSum") / nullif(sum("confidentCount"), 0) as "averageConfidence", ${goneSql} as "gone"
      from (select date_trunc($2, "at", 'UTC') as "startsAt", c.* from "counted" c) c
      group by grouping sets ((), ("startsAt"), ("sourceId"), ("type"), ("label")) limit $3`,
    values,
  };
}

function conditionsOf({ sourceIds, types, labels }: SumConditions) {
  const names: string[] = [];
  const values: unknown[] = [];
  let text = '';
  for (const [column, type, list] of [
    ['sourceId', 'uuid', sourceIds],
    ['type', '"EventType"', types],
    ['label', 'text', labels],
  ] as const) {
    if (!list) continue;
    names.push(column);
    text += ` and "${column}" = any($${firstCondition + values.length}::${type}[])`;
    values.push(list);
  }
  return { names, text, values };
}

/** The first and the last block of numbers that has events between two times, and the months of those. */
const bounds = (name: string, from: string, to: string) => `"${name}" as materialized (
        select b.*,
          (select min(m."month") from "EventMonth" m where m."organizationId" = $1 and m."lastSeq" >= b."firstSeq") as "firstMonth",
          (select max(m."month") from "EventMonth" m where m."organizationId" = $1 and m."firstSeq" < b."endSeq") as "lastMonth"
        from (select
          (select min(s."block") << 12 from "EventSpan" s where s."organizationId" = $1 and s."maxOccurredAt" >= ${from}) as "firstSeq",
          (select (max(s."block") + 1) << 12 from "EventSpan" s where s."organizationId" = $1 and s."minOccurredAt" < ${to}) as "endSeq"
        ) b
      )`;

/** The events between two times, looked for only within those bounds. */
function eventsSql(columns: string, name: string, from: string, to: string): string {
  const bound = (column: string) => `select "${column}" from "${name}"`;
  // Of no time no block is opened.
  return `select ${columns} from "Event" e where ${from}::timestamptz < ${to}::timestamptz
          and "organizationId" = $1 and "occurredAt" >= ${from} and "occurredAt" < ${to}
          and "seq" >= (${bound('firstSeq')}) and "seq" < (${bound('endSeq')})
          and ${withinMonthsSql(bound('firstMonth'), bound('lastMonth'))}`;
}

const hourOfEvent = `date_trunc('hour', "occurredAt", 'UTC') as "startsAt"`;

/** Where the ends lie among the numbers, and which of their hours the feed has less of than was counted when it happened. */
const endsSql = `${bounds('head', '$6', '$7')}, ${bounds('tail', '$10', '$11')}, "gone" as materialized (
        select r."startsAt" from (
          select "startsAt", sum("eventCount") as "eventCount" from "EventRollup" where "organizationId" = $1 and "grain" = 'HOUR'
            and (("startsAt" >= $6 and "startsAt" < $7) or ("startsAt" >= $10 and "startsAt" < $11))
          group by 1
        ) r left join (
          select "startsAt", count(*) as "eventCount" from (
            ${eventsSql(hourOfEvent, 'head', '$6', '$7')} union all ${eventsSql(hourOfEvent, 'tail', '$10', '$11')}
          ) e group by 1
        ) c using ("startsAt")
        where (select f."firstSeq" from "OrganizationFeed" f where f."organizationId" = $1) > 1
          and r."eventCount" > coalesce(c."eventCount", 0)
      )`;

const goneSql = 'array(select "startsAt" from "gone" order by 1)';

const counts = '"sourceId", "type", "label", "eventCount", "confidenceSum", "confidentCount"';

const rollupsSql = (
  grain: string,
  time: string,
  condition: string,
) => `select "startsAt" as "at", ${counts} from "EventRollup"
        where "organizationId" = $1 and "grain" = '${grain}' and (${time})${condition}`;

/**
 * Of the events in `$4`–`$5` and `$8`–`$9`, of the hours in `$12`–`$13` and `$14`–`$15`, and of the days in `$16`–`$17`. Ranges do
 * not overlap, so nothing counts twice; one statement is one snapshot, so what is being added counts in both or in neither.
 */
function countedSql(ofEvents: string, ofRollups: string): string {
  const one = `"occurredAt" as "at", "sourceId", "type", coalesce("label", '') as "label", 1::bigint as "eventCount",
          coalesce("confidence", 0) as "confidenceSum", ("confidence" is not null)::int as "confidentCount"`;
  return `${eventsSql(one, 'head', '$4', '$5')}${ofEvents}
        union all
        ${eventsSql(one, 'tail', '$8', '$9')}${ofEvents}
        union all
        ${rollupsSql('HOUR', '("startsAt" >= $12 and "startsAt" < $13) or ("startsAt" >= $14 and "startsAt" < $15)', ofRollups)}
        union all
        ${rollupsSql('DAY', '"startsAt" >= $16 and "startsAt" < $17', ofRollups)}`;
}
