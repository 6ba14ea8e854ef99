import { Prisma } from '@sightline/db/client';
import type { Artifact, Event, Session, Source } from '@sightline/db/client';
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
 * of those is joined to the first event of the page that points to it and is null in the rest.
 */
export function eventPageSql({ organizationId, after, before, filter, backwards, limit, include }: EventRange) {
  const each = takeList(filter);
  const condition = eventFilterSql(each ? each.rest : filter, each ? 6 : 5);
  const direction = backwards ? 'desc' : 'asc';
  const columns = [
    selectList('e', eventColumns),
    ...include.map((name) => selectList(`"${name}"`, references[name].columns)),
  ];
  const ranks = include.map(
    (name) => `, row_number() over (partition by e."${references[name].key}" order by e."seq") as "${name}Rank"`,
  );
  const joins = include.map((name) => {
    const { table, key } = references[name];
    return `left join "${table}" "${name}" on e."${name}Rank" = 1 and "${name}"."id" = e."${key}"
        and "${name}"."organizationId" = e."organizationId"`;
  });
  const wanted = `select * from "Event" e
          where e."organizationId" = $1 and e."seq" > $2 and e."seq" < $3
            and ${monthsSql('$2', '$3')} and ${condition.text}`;
  const order = `order by e."seq" ${direction} limit $4`;
  const rows = each
    ? `select e.* from unnest($5::${each.type}[]) w("value")
          cross join lateral (${wanted} and e."${each.column}" = w."value" ${order}) e`
    : wanted;
  // PostgreSQL takes names of up to 63 characters.
  const name = `page-${include.map((one) => one.slice(0, 2)).join('')}-${direction}-${each?.name ?? ''}${condition.name}`;
  return {
    ...(condition.name !== null && { name }),
    rowMode: 'array' as const,
    text: `select ${columns.join(', ')}
      from (
        select e.*${ranks.join('')} from (
          ${rows}
          ${order}
        ) e
      ) e
      ${joins.join('\n      ')}
      order by e."seq" ${direction}`,
    values: [organizationId, after ?? -1n, before ?? maxSeq, limit, ...(each ? [each.list] : []), ...condition.values],
  };
}

/** Most values of a list that are looked for one by one. */
const listMost = 16;

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
    // The first column is the id: null where nothing was joined.
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
