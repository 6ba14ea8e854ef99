import { EventType } from '@sightline/db/client';
import { isOfSessionsOnly, tolerance } from './event-filter.ts';
import type { EventFilter } from './event-filter.ts';

/*
 * What no index finds (types, confidences, areas, times, long lists) is looked for in blocks of 4 096 numbers, and only in
 * those that may have some of it, by what is known of each.
 */

/** Numbers of a feed belong to block `number >> blockBits`. */
const blockBits = 12n;
const allTypes = Object.values(EventType);

/** The first number of a block. */
export const blockStart = (block: bigint): bigint => block << blockBits;

/** Most sources or labels of a list that are looked for one by one. */
export const listMost = 16;

/** Whether what passes is looked for among what does not. */
export function isSearched(filter: EventFilter): boolean {
  const { types, sessionIds, sourceIds, labels, ...others } = filter;
  if ((types && !isOfSessionsOnly(filter)) || (sessionIds?.length ?? 0) > 1) return true;
  if ([sourceIds, labels].some((list) => (list?.length ?? 0) > listMost)) return true;
  return Object.values(others).some((condition) => condition != null);
}

/** Which rows of `"EventSpan" s` may have events that pass; parameters are numbered from `$first`. */
export function blockFilterSql(filter: EventFilter, first: number): { text: string; values: unknown[] } {
  const { types, minConfidence, maxConfidence, area, occurredFrom, occurredUntil } = filter;
  const conditions: string[] = [];
  const values: unknown[] = [];
  function add(column: string, operator: string, type: string, value: unknown): void {
    conditions.push(`s."${column}" ${operator} $${first + values.length}::${type}`);
    values.push(value);
  }
  if (types) {
    conditions.push(`s."typeBits" & $${first}::int <> 0`);
    values.push(types.reduce((bits, type) => bits | (1 << allTypes.indexOf(type)), 0));
  }
  if (minConfidence != null) add('maxConfidence', '>=', 'float8', minConfidence);
  if (maxConfidence != null) add('minConfidence', '<=', 'float8', maxConfidence);
  if (occurredFrom != null) add('maxOccurredAt', '>=', 'timestamptz', occurredFrom);
  if (occurredUntil != null) add('minOccurredAt', '<', 'timestamptz', occurredUntil);
  if (area) {
    const { x, y, width, height, minOverlap } = area;
    add('minLeft', '<=', 'float8', x + width + tolerance);
    add('maxRight', '>=', 'float8', x - tolerance);
    add('minTop', '<=', 'float8', y + height + tolerance);
    add('maxBottom', '>=', 'float8', y - tolerance);
    // No more than the area itself can lie inside of it.
    if (minOverlap != null && minOverlap > 2 * tolerance) {
      add('minWidth', '<=', 'float8', (width + tolerance) / (minOverlap - 2 * tolerance));
      add('minHeight', '<=', 'float8', (height + tolerance) / (minOverlap - 2 * tolerance));
    }
  }
  return { text: conditions.join(' and ') || 'true', values };
}
