import type { Event, EventType, Prisma } from '@sightline/db/client';

/** What a reader wants of the feed. Null is no condition; an empty list wants nothing. */
export type EventFilter = {
  readonly types?: readonly EventType[] | null | undefined;
  readonly sourceIds?: readonly string[] | null | undefined;
  readonly sessionIds?: readonly string[] | null | undefined;
  readonly labels?: readonly string[] | null | undefined;
  /** 0 to 1. Events without a confidence do not pass. */
  readonly minConfidence?: number | null | undefined;
};

/** The columns a filter looks at. */
export type Filterable = Pick<Event, 'type' | 'sourceId' | 'sessionId' | 'label' | 'confidence'>;

// One meaning, said three times: to JavaScript, to SQL and to Prisma. A property test holds them together.

/** Whether an event passes, decided in memory. */
export function matchesFilter(filter: EventFilter): (event: Filterable) => boolean {
  const types = setOf(filter.types);
  const sourceIds = setOf(filter.sourceIds);
  const sessionIds = setOf(filter.sessionIds);
  const labels = setOf(filter.labels);
  const minConfidence = filter.minConfidence ?? null;
  return (event) =>
    (types === null || types.has(event.type)) &&
    (sourceIds === null || sourceIds.has(event.sourceId)) &&
    (sessionIds === null || sessionIds.has(event.sessionId)) &&
    (labels === null || (event.label !== null && labels.has(event.label))) &&
    (minConfidence === null || (event.confidence !== null && event.confidence >= minConfidence));
}

/** The five values `eventFilterSql` wants, in order. */
export function filterValues(filter: EventFilter): unknown[] {
  const { types, sourceIds, sessionIds, labels, minConfidence } = filter;
  return [types ?? null, sourceIds ?? null, sessionIds ?? null, labels ?? null, minConfidence ?? null];
}

/**
 * A condition over `"Event" e` with five parameters, the first numbered `$first`. One text for every filter keeps it one
 * prepared statement; a part whose parameter is null costs next to nothing.
 */
export function eventFilterSql(first: number): string {
  const parameter = (offset: number) => `$${first + offset}`;
  const oneOf = (column: string, offset: number, type: string) =>
    `(${parameter(offset)}::${type}[] is null or e."${column}" = any(${parameter(offset)}::${type}[]))`;
  return [
    oneOf('type', 0, '"EventType"'),
    oneOf('sourceId', 1, 'uuid'),
    oneOf('sessionId', 2, 'uuid'),
    oneOf('label', 3, 'text'),
    `(${parameter(4)}::float8 is null or e."confidence" >= ${parameter(4)}::float8)`,
  ].join(' and ');
}

/** The same for Prisma. */
export function eventFilterWhere(filter: EventFilter): Prisma.EventWhereInput {
  const { types, sourceIds, sessionIds, labels, minConfidence } = filter;
  return {
    ...(types && { type: { in: [...types] } }),
    ...(sourceIds && { sourceId: { in: [...sourceIds] } }),
    ...(sessionIds && { sessionId: { in: [...sessionIds] } }),
    ...(labels && { label: { in: [...labels] } }),
    ...(minConfidence != null && { confidence: { gte: minConfidence } }),
  };
}

function setOf<T>(list: readonly T[] | null | undefined): ReadonlySet<T> | null {
  return list ? new Set(list) : null;
}
