import type { Event, EventType } from '@sightline/db/client';

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

// One meaning, said twice: to JavaScript and to SQL. A property test holds them together.

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

export type FilterSql = {
  /** The same for every filter with the same conditions: part of a prepared statement's name. */
  name: string;
  /** A condition over `"Event" e`. */
  text: string;
  values: unknown[];
};

/**
 * The filter for SQL, its parameters numbered from `$first`. Only conditions that are set appear, and one id compares
 * with `=`, so that PostgreSQL can walk the index of that source or session in order.
 */
export function eventFilterSql(filter: EventFilter, first: number): FilterSql {
  const names: string[] = [];
  const conditions: string[] = [];
  const values: unknown[] = [];
  function add(name: string, value: unknown, condition: (parameter: string) => string): void {
    names.push(name);
    conditions.push(condition(`$${first + values.length}`));
    values.push(value);
  }
  function addOneOf(column: string, type: string, list: readonly string[] | null | undefined): void {
    if (!list) return;
    const [only, second] = list;
    if (only !== undefined && second === undefined) add(column, only, (value) => `e."${column}" = ${value}::${type}`);
    else add(`${column}s`, list, (all) => `e."${column}" = any(${all}::${type}[])`);
  }
  addOneOf('type', '"EventType"', filter.types);
  addOneOf('sourceId', 'uuid', filter.sourceIds);
  addOneOf('sessionId', 'uuid', filter.sessionIds);
  addOneOf('label', 'text', filter.labels);
  if (filter.minConfidence != null) {
    add('minConfidence', filter.minConfidence, (value) => `e."confidence" >= ${value}::float8`);
  }
  return { name: names.join('-') || 'all', text: conditions.join(' and ') || 'true', values };
}

function setOf<T>(list: readonly T[] | null | undefined): ReadonlySet<T> | null {
  return list ? new Set(list) : null;
}
