import { InputInvalidError } from '../../errors/request-errors.ts';
import type { Grain } from '../events/statistics/buckets.ts';

export type Span = { from: Date; to: Date };

const minuteMs = 60_000;
const sizeMs = { MINUTE: minuteMs, HOUR: 60 * minuteMs, DAY: 1_440 * minuteMs } as const;
/** How much is told where nobody says: an hour, a day, a month, a year. */
const usual = { MINUTE: 60, HOUR: 24, DAY: 30, MONTH: 12 } as const satisfies Record<Grain, number>;
const maxBuckets = { MINUTE: 1_440, HOUR: 2_000, DAY: 2_000, MONTH: 600 } as const satisfies Record<Grain, number>;

/** Where the bucket of `at` begins, in UTC, or the one that comes `later` buckets after it. */
export function bucketStart(at: Date, grain: Grain, later = 0): Date {
  if (grain === 'MONTH') return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + later));
  const ms = sizeMs[grain];
  return new Date((Math.floor(at.getTime() / ms) + later) * ms);
}

/**
 * A time in whole buckets: widened to them where it is not, so that everybody who asks within a bucket asks the same. Ends
 * with the bucket of `now`, and begins as long before as is usual, where that is left out. Throws INPUT_INVALID.
 */
export function spanOf(grain: Grain, asked: { [End in keyof Span]?: Span[End] | null | undefined }, now: Date): Span {
  const to = bucketEnd(asked.to ?? now, grain, asked.to == null);
  const from = asked.from ? bucketStart(asked.from, grain) : bucketStart(to, grain, -usual[grain]);
  if (from >= to) throw new InputInvalidError('to', 'The end is not after the begin.');
  if (bucketStart(from, grain, maxBuckets[grain]) < to) {
    throw new InputInvalidError('grain', `Ask for at most ${maxBuckets[grain]} buckets at once.`);
  }
  return { from, to };
}

/** An end is not included, so one that is a begin of a bucket stays; the bucket of now is always part of it. */
function bucketEnd(at: Date, grain: Grain, isNow: boolean): Date {
  const start = bucketStart(at, grain);
  return start.getTime() === at.getTime() && !isNow ? start : bucketStart(at, grain, 1);
}

/** Each bucket of a span, in order. */
export function bucketsOf({ from, to }: Span, grain: Grain): Span[] {
  const buckets: Span[] = [];
  for (let start = from; start < to;) {
    const end = bucketStart(start, grain, 1);
    buckets.push({ from: start, to: end });
    start = end;
  }
  return buckets;
}

/**
 * Events for each minute of a span: of what has gone by at `now`, or of all of it where it lies ahead, as the time of a source
 * may.
 */
export function perMinute(eventCount: bigint, { from, to }: Span, now: Date): number {
  const end = from < now && now < to ? now : to;
  return (Number(eventCount) * minuteMs) / Math.max(1, end.getTime() - from.getTime());
}
