import { Prisma } from '@sightline/db/client';
import type { Artifact, Event, Session, Source } from '@sightline/db/client';
import { blockFilterSql, isSearched, listMost } from './event-blocks.ts';
import { eventFilterSql, isOfSessionsOnly, maxSeq, monthsSql } from './event-filter.ts';
import type { EventFilter } from './event-filter.ts';

/*
 * A page of the feed with what its events point to, in one statement: each statement costs a round trip and as much
 * CPU as reading fifteen events, and a dashboard asks for all of it at once.
 */

/** What an event points to. Present if it was read along; null when there is none. */
export type References = { source?: Source | null; session?: Session | null; snapshot?: Artifact | null };
export type ReferenceName = keyof References;
export type ReadEvent = Event & References;

export type EventRange = {
  organizationId: string;
  /** Exclusive bounds. */
  after: bigint | null;
  before: bigint | null;
  filter: EventFilter;
  /** From which end `limit` counts; backwards answers in descending order. */
  backwards: boolean;
  limit: number;
  include: readonly ReferenceName[];
  /** How many blocks are looked into, where what passes has to be searched for. */
  blocks: number;
};

type Reference = { table: string; key: keyof Event; columns: string[] };

const eventColumns = Object.values(Prisma.EventScalarFieldEnum);
const references: Record<ReferenceName, Reference> = {
  source: { table: 'Source', key: 'sourceId', columns: Object.values(Prisma.SourceScalarFieldEnum) },
  session: { table: 'Session', key: 'sessionId', columns: Object.values(Prisma.SessionScalarFieldEnum) },
  snapshot: { table: 'Artifact', key: 'snapshotId', columns: Object.values(Prisma.ArtifactScalarFieldEnum) },
};

/**
 * Events between two numbers; each row is an array, for `readEventPage`. Events share few sources and sessions, so each
 * of those is joined to the first row that points to it and is null in the rest: the last row only says that there are more.
 * The last column is the block from which on nobody looked: null if the whole range was looked through. There is a row
 * without an event if there is none.
 */
export function eventPageSql(range: EventRange) {
  const { backwards, include } = range;
  const { name, text, next, values } = isSearched(range.filter) ? searched(range) : walked(range);
  const direction = backwards ? 'desc' : 'asc';
  const columns = [
    selectList('e', eventColumns),
    ...include.map((one) => selectList(`"${one}"`, references[one].columns)),
  ];
  const ranks = include.map(
    (one) =>
      `, row_number() over (partition by e."${references[one].key}" order by e."seq" ${direction}) as "${one}Rank"`,
  );
  const joins = include.map((one) => {
    const { table, key } = references[one];
    return `left join "${table}" "${one}" on e."${one}Rank" = 1 and "${one}"."id" = e."${key}"
        and "${one}"."organizationId" = e."organizationId"`;
  });
  return {
    // PostgreSQL takes names of up to 63 characters.
    ...(name !== null && { name: `page-${include.map((one) => one.slice(0, 2)).join('')}-${direction}-${name}` }),
    rowMode: 'array' as const,
    text: `${next.with}
      select ${columns.join(', ')}, n."block"
      from (select (${next.block}) as "block") n left join (
        select e.*${ranks.join('')} from (
          ${text}
        ) e
      ) e on true
      ${joins.join('\n      ')}
      order by e."seq" ${direction}`,
    values,
  };
}

/** In the order of an index: nearly all of what is read passes. */
function walked({ organizationId, after, before, filter, backwards, limit }: EventRange) {
  const each = takeList(filter);
  const condition = eventFilterSql(each ? each.rest : filter, each ? 6 : 5);
  const order = `order by e."seq" ${backwards ? 'desc' : 'asc'} limit $4`;
  const wanted = wantedSql(condition.text);
  const rows = each
    ? `select e.* from unnest($5::${each.type}[]) w("value")
          cross join lateral (${wanted} and e."${each.column}" = w."value" ${order}) e`
    : wanted;
  return {
    name: condition.name === null ? null : `${each?.name ?? ''}${condition.name}`,
    text: `${rows} ${order}`,
    next: { with: '', block: 'null::bigint' },
    values: [organizationId, after ?? -1n, before ?? maxSeq, limit, ...(each ? [each.list] : []), ...condition.values],
  };
}

/** Block after block, of those that may have some, until the page is full. */
function searched({ organizationId, after, before, filter, backwards, limit, blocks }: EventRange) {
  const condition = eventFilterSql(filter, 6);
  const ofBlock = blockFilterSql(filter, 6 + condition.values.length);
  const direction = backwards ? 'desc' : 'asc';
  const inOrder = `order by "block" ${direction}`;
  return {
    name: condition.name === null ? null : `search-${condition.name}`,
    text: `select e.* from (select "block" from "blocks" ${inOrder} limit $5) b cross join lateral (
            ${wantedSql(condition.text)} and e."seq" >= b."block" << 12 and e."seq" < (b."block" + 1) << 12
            order by e."seq" ${direction} limit $4
          ) e
          order by b."block" ${direction}, e."seq" ${direction} limit $4`,
    next: {
      with: `with "blocks" as materialized (
        select s."block" from "EventSpan" s where s."organizationId" = $1
          and s."block" >= ($2::bigint + 1) >> 12 and s."block" <= ($3::bigint - 1) >> 12 and ${ofBlock.text}
        ${inOrder} limit $5::bigint + 1
      )`,
      block: `select "block" from "blocks" ${inOrder} offset $5 limit 1`,
    },
    values: [organizationId, after ?? -1n, before ?? maxSeq, limit, blocks, ...condition.values, ...ofBlock.values],
  };
}

const wantedSql = (condition: string) => `select * from "Event" e
            where e."organizationId" = $1 and e."seq" > $2 and e."seq" < $3
              and ${monthsSql('$2', '$3')} and ${condition}`;

/**
 * A list of sources or labels, apart from the rest of the filter: each has an index in order, all together have none. A
 * page of few among many would otherwise walk the whole feed.
 */
function takeList(filter: EventFilter) {
  if (isOfSessionsOnly(filter)) return null;
  for (const [key, column, type] of [
    ['sourceIds', 'sourceId', 'uuid'],
    ['labels', 'label', 'text'],
  ] as const) {
    const list = [...new Set(filter[key])];
    if (list.length < 2 || list.length > listMost) continue;
    return { list, column, type, name: `each-${column}-`, rest: { ...filter, [key]: null } };
  }
  return null;
}

/** Whether a row has an event: the first column is its id. */
export const isEvent = ([id]: readonly unknown[]): boolean => id !== null;

/** The events in rows of `eventPageSql`, with what was included attached to each. */
export function readEventPage(rows: readonly unknown[][], include: readonly ReferenceName[]): ReadEvent[] {
  const events = rows.map((row) => {
    const event = pick<ReadEvent>(row, 0, eventColumns);
    event.seq = BigInt(event.seq);
    return event;
  });
  let offset = eventColumns.length;
  for (const name of include) {
    const { key, columns } = references[name];
    const found = new Map<unknown, References[ReferenceName]>();
    // Null where nothing was joined.
    for (const row of rows) if (row[offset] !== null) found.set(row[offset], pick(row, offset, columns));
    for (const event of events) (event as References)[name] = (found.get(event[key]) ?? null) as never;
    offset += columns.length;
  }
  return events;
}

function selectList(table: string, columns: readonly string[]): string {
  return columns.map((column) => `${table}."${column}"`).join(', ');
}

function pick<T>(row: readonly unknown[], offset: number, columns: readonly string[]): T {
  const picked: Record<string, unknown> = {};
  let index = offset;
  for (const column of columns) picked[column] = row[index++];
  return picked as T;
}
