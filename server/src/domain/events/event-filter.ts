import type { Event, EventType } from '@sightline/db/client';

/** A part of a frame, in fractions of its width and height. Boxes that overlap it pass. */
export type FilterArea = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** 0 to 1: the share of the box that has to lie inside. */
  readonly minOverlap?: number | null | undefined;
};

/** What a reader wants of the feed. Null is no condition; an empty list wants nothing. */
export type EventFilter = {
  readonly types?: readonly EventType[] | null | undefined;
  readonly sourceIds?: readonly string[] | null | undefined;
  readonly sessionIds?: readonly string[] | null | undefined;
  readonly labels?: readonly string[] | null | undefined;
  /** 0 to 1. Events without a confidence do not pass. */
  readonly minConfidence?: number | null | undefined;
  /** 0 to 1, included. Events without a confidence do not pass. */
  readonly maxConfidence?: number | null | undefined;
  /** Events without a box do not pass. */
  readonly area?: FilterArea | null | undefined;
  /** Time of the source, included. */
  readonly occurredFrom?: Date | null | undefined;
  /** Time of the source, not included. */
  readonly occurredUntil?: Date | null | undefined;
};

/** The columns a filter looks at. */
export type Filterable = Pick<
  Event,
  'type' | 'sourceId' | 'sessionId' | 'label' | 'confidence' | 'boxX' | 'boxY' | 'boxWidth' | 'boxHeight' | 'occurredAt'
>;

// One meaning, said twice: to JavaScript and to SQL. A property test holds them together.

/** A box whose edge lies on the area's is inside, whatever adding fractions makes of the last digit. */
export const tolerance = 1e-9;

/** Whether an event passes, decided in memory. */
export function matchesFilter(filter: EventFilter): (event: Filterable) => boolean {
  const types = setOf(filter.types);
  const sourceIds = setOf(filter.sourceIds);
  const sessionIds = setOf(filter.sessionIds);
  const labels = setOf(filter.labels);
  const { minConfidence = null, maxConfidence = null } = filter;
  const isInside = filter.area ? overlaps(filter.area) : null;
  const from = filter.occurredFrom?.getTime() ?? null;
  const until = filter.occurredUntil?.getTime() ?? null;
  return (event) =>
    (types === null || types.has(event.type)) &&
    (sourceIds === null || sourceIds.has(event.sourceId)) &&
    (sessionIds === null || sessionIds.has(event.sessionId)) &&
    (labels === null || (event.label !== null && labels.has(event.label))) &&
    (minConfidence === null || (event.confidence !== null && event.confidence >= minConfidence)) &&
    (maxConfidence === null || (event.confidence !== null && event.confidence <= maxConfidence)) &&
    (isInside === null || isInside(event)) &&
    (from === null || event.occurredAt.getTime() >= from) &&
    (until === null || event.occurredAt.getTime() < until);
}

/** Each step as in SQL, so that both round alike. */
function overlaps({ x, y, width, height, minOverlap }: FilterArea): (event: Filterable) => boolean {
  const [right, bottom] = [x + width, y + height];
  const least = minOverlap == null ? null : minOverlap - tolerance;
  return ({ boxX, boxY, boxWidth, boxHeight }) => {
    if (boxX === null || boxY === null || boxWidth === null || boxHeight === null) return false;
    const across = boxWidth - Math.max(x - boxX, 0) - Math.max(boxX + boxWidth - right, 0);
    const down = boxHeight - Math.max(y - boxY, 0) - Math.max(boxY + boxHeight - bottom, 0);
    return across > 0 && down > 0 && (least === null || (across / boxWidth) * (down / boxHeight) >= least);
  };
}

export type FilterSql = {
  /**
   * Part of a prepared statement's name, the same for every filter with the same conditions. Null for rare combinations: a
   * connection keeps what was prepared, and thousands of them would be its memory.
   */
  name: string | null;
  /** A condition over `"Event" e`, in a statement whose first parameter is the organization. */
  text: string;
  values: unknown[];
};

/**
 * The filter for SQL, its parameters numbered from `$first`. Only conditions that are set appear, and one id or label
 * compares with `=`, so that PostgreSQL can walk its index in order. Times bound the numbers, too, by what is known of each
 * block of them.
 */
export function eventFilterSql(filter: EventFilter, first: number): FilterSql {
  const names: string[] = [];
  const conditions: string[] = [];
  const values: unknown[] = [];
  function add(name: string, given: readonly unknown[], condition: (...parameters: string[]) => string): void {
    names.push(name);
    conditions.push(condition(...given.map((_, index) => `$${first + values.length + index}`)));
    values.push(...given);
  }
  function addOneOf(column: string, type: string, list: readonly string[] | null | undefined): void {
    if (!list) return;
    const [only, second] = list;
    if (only !== undefined && second === undefined) {
      add(column, [only], (value) => `e."${column}" = ${value}::${type}`);
    } else add(`${column}s`, [list], (all) => `e."${column}" = any(${all}::${type}[])`);
  }
  addOneOf('type', '"EventType"', filter.types);
  if (isOfSessionsOnly(filter)) {
    // What the index of these alone says of itself.
    add('session', [], () => `e."type" in ('SESSION_STARTED', 'SESSION_ENDED')`);
  }
  addOneOf('sourceId', 'uuid', filter.sourceIds);
  addOneOf('sessionId', 'uuid', filter.sessionIds);
  addOneOf('label', 'text', filter.labels);
  const { minConfidence, maxConfidence, area, occurredFrom, occurredUntil } = filter;
  if (minConfidence != null) add('min', [minConfidence], (least) => `e."confidence" >= ${least}::float8`);
  if (maxConfidence != null) add('max', [maxConfidence], (most) => `e."confidence" <= ${most}::float8`);
  if (area) {
    const { x, y, width, height, minOverlap } = area;
    add('area', [x, y, x + width, y + height], (left, top, right, bottom) => {
      const [across, down] = [inside('boxX', 'boxWidth', left, right), inside('boxY', 'boxHeight', top, bottom)];
      // Most boxes are elsewhere, and that is cheaper to see than how much of one lies inside.
      return `e."boxX" <= ${right}::float8 + ${tolerance} and e."boxX" + e."boxWidth" >= ${left}::float8 - ${tolerance}
        and e."boxY" <= ${bottom}::float8 + ${tolerance} and e."boxY" + e."boxHeight" >= ${top}::float8 - ${tolerance}
        and ${across} > 0 and ${down} > 0`;
    });
    if (minOverlap != null) {
      add(
        'overlap',
        [x, y, x + width, y + height, minOverlap - tolerance],
        (left, top, right, bottom, least) =>
          `(greatest(${inside('boxX', 'boxWidth', left, right)}, 0) / nullif(e."boxWidth", 0))
            * (greatest(${inside('boxY', 'boxHeight', top, bottom)}, 0) / nullif(e."boxHeight", 0)) >= ${least}::float8`,
      );
    }
  }
  if (occurredFrom != null) {
    add('from', [occurredFrom], (from) => {
      const firstSeq = `select min(s."block") << 12 from "EventSpan" s
        where s."organizationId" = $1 and s."maxOccurredAt" >= ${from}::timestamptz`;
      return `e."occurredAt" >= ${from}::timestamptz and e."seq" >= (${firstSeq})`;
    });
  }
  if (occurredUntil != null) {
    add('until', [occurredUntil], (until) => {
      const endSeq = `select (max(s."block") + 1) << 12 from "EventSpan" s
        where s."organizationId" = $1 and s."minOccurredAt" < ${until}::timestamptz`;
      return `e."occurredAt" < ${until}::timestamptz and e."seq" < (${endSeq})`;
    });
  }
  return { name: nameOf(names), text: conditions.join(' and ') || 'true', values };
}

const sessionTypes: ReadonlySet<EventType> = new Set<EventType>(['SESSION_STARTED', 'SESSION_ENDED']);

/** Few of many, with an index of their own. */
export const isOfSessionsOnly = ({ types }: EventFilter): boolean =>
  Boolean(types?.length && types.every((type) => sessionTypes.has(type)));

/** How much of a side of the box lies between two edges. */
function inside(start: string, size: string, low: string | undefined, high: string | undefined): string {
  return `(e."${size}" - greatest(${low}::float8 - e."${start}", 0) - greatest(e."${start}" + e."${size}" - ${high}::float8, 0))`;
}

/**
 * Which months lie between two parameters, both exclusive: PostgreSQL opens only their partitions. Months and numbers grow
 * together, so this never hides an event.
 */
export function monthsSql(after: string, before: string): string {
  return withinMonthsSql(
    `select min(m."month") from "EventMonth" m where m."organizationId" = $1 and m."lastSeq" > ${after}::bigint`,
    `select max(m."month") from "EventMonth" m where m."organizationId" = $1 and m."firstSeq" < ${before}::bigint`,
  );
}

/**
 * Between two months, both included. Said as `or`: of two bounds that it does not know PostgreSQL supposes that they leave
 * one row in two hundred, and would walk the feed by its key, which has the month, rather than by an index of what is asked.
 */
export function withinMonthsSql(first: string, last: string): string {
  return `(e."month" > (${first}) or e."month" = (${first})) and (e."month" < (${last}) or e."month" = (${last}))`;
}

/** PostgreSQL's largest bigint: no bound. */
export const maxSeq = 2n ** 63n - 1n;

/** One condition, and beside it the sources of who may see only some. */
function nameOf(names: readonly string[]): string | null {
  const others = names.filter((name) => name !== 'sourceIds' && name !== 'session');
  return others.length <= 1 ? names.join('-') || 'all' : null;
}

function setOf<T>(list: readonly T[] | null | undefined): ReadonlySet<T> | null {
  return list ? new Set(list) : null;
}
