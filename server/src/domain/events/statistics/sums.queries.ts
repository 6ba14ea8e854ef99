import type { EventType } from '@sightline/db/client';
import { withinMonthsSql } from '../event-filter.ts';
import type { EventGroup } from './sums.ts';

type Conditions = {
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

/** Parameters before the conditions: organization, grain, most rows, and both ends of five ranges. */
const firstCondition = 14;

/**
 * Counts by bucket and key: of the events in `$4`–`$5` and `$6`–`$7`, of the hours in `$8`–`$9` and `$10`–`$11`, and of the
 * days in `$12`–`$13`. Of the events only the blocks of numbers that have some of that time are looked at, in their months.
 * Ranges do not overlap, so nothing counts twice; one statement is one snapshot, so what is being added counts in both or in
 * neither. Rows in the order of time, then key.
 */
export function eventSumsSql(groupBy: EventGroup, { sourceIds, types, labels }: Conditions) {
  const names: string[] = [];
  const conditions: string[] = [];
  const values: unknown[] = [];
  for (const [column, type, list] of [
    ['sourceId', 'uuid', sourceIds],
    ['type', '"EventType"', types],
    ['label', 'text', labels],
  ] as const) {
    if (!list) continue;
    names.push(column);
    conditions.push(` and "${column}" = any($${firstCondition + values.length}::${type}[])`);
    values.push(list);
  }
  const condition = conditions.join('');
  return {
    name: `event-sums-${[groupBy.toLowerCase(), ...names].join('-')}`,
    text: `with ${bounds('head', '$4', '$5')}, ${bounds('tail', '$6', '$7')}, counted as (
        ${oneByOne('head', '$4', '$5', condition)}
        union all
        ${oneByOne('tail', '$6', '$7', condition)}
        union all
        select "startsAt", "sourceId", "type", "label", "eventCount", "confidenceSum", "confidentCount"
        from "EventRollup"
        where "organizationId" = $1 and "grain" = 'HOUR'
          and (("startsAt" >= $8 and "startsAt" < $9) or ("startsAt" >= $10 and "startsAt" < $11))${condition}
        union all
        select "startsAt", "sourceId", "type", "label", "eventCount", "confidenceSum", "confidentCount"
        from "EventRollup"
        where "organizationId" = $1 and "grain" = 'DAY' and "startsAt" >= $12 and "startsAt" < $13${condition}
      )
      select date_trunc($2, "at", 'UTC') as "startsAt", ${keys[groupBy]} as "key", sum("eventCount")::bigint as "eventCount",
        sum("confidenceSum") / nullif(sum("confidentCount"), 0) as "averageConfidence"
      from counted group by 1, 2 order by 1, 2 limit $3`,
    values,
  };
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
function oneByOne(name: string, from: string, to: string, condition: string): string {
  const bound = (column: string) => `select "${column}" from "${name}"`;
  return `select "occurredAt" as "at", "sourceId", "type", coalesce("label", '') as "label", 1::bigint as "eventCount",
          coalesce("confidence", 0) as "confidenceSum", ("confidence" is not null)::int as "confidentCount"
        from "Event" e where "organizationId" = $1 and "occurredAt" >= ${from} and "occurredAt" < ${to}
          and "seq" >= (${bound('firstSeq')}) and "seq" < (${bound('endSeq')})
          and ${withinMonthsSql(bound('firstMonth'), bound('lastMonth'))}${condition}`;
}
