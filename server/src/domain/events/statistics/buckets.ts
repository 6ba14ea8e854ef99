export type Grain = 'MINUTE' | 'HOUR' | 'DAY' | 'MONTH';

/** A time from and, not included, to. Empty when it does not end after it begins. */
type Range = readonly [from: Date, to: Date];

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
const nothing: Range = [new Date(0), new Date(0)];

const floor = (at: Date, ms: number) => new Date(Math.floor(at.getTime() / ms) * ms);
const ceil = (at: Date, ms: number) => new Date(Math.ceil(at.getTime() / ms) * ms);
const monthOf = (at: Date) => at.getUTCFullYear() * 12 + at.getUTCMonth();

/** How many buckets of UTC have a part in a range that is not empty. */
export function bucketCount(from: Date, to: Date, grain: Grain): number {
  const last = new Date(to.getTime() - 1);
  if (grain === 'MONTH') return monthOf(last) - monthOf(from) + 1;
  const ms = { MINUTE: minuteMs, HOUR: hourMs, DAY: dayMs }[grain];
  return Math.floor(last.getTime() / ms) - Math.floor(from.getTime() / ms) + 1;
}

/** Where the bucket that begins at `startsAt` ends. */
export function bucketEnd(startsAt: Date, grain: Grain): Date {
  if (grain === 'MONTH') return new Date(Date.UTC(startsAt.getUTCFullYear(), startsAt.getUTCMonth() + 1));
  return new Date(startsAt.getTime() + { MINUTE: minuteMs, HOUR: hourMs, DAY: dayMs }[grain]);
}

/** Where the hour that begins at `startsAt` ends. */
export const hourEnd = (startsAt: Date): Date => bucketEnd(startsAt, 'HOUR');

/**
 * The same time in pieces that do not overlap: two to be counted event by event, each followed by the hours it is a part of,
 * two in hours, and one in days. As much of it in the coarsest as the grain allows.
 */
export function splitRange(from: Date, to: Date, grain: Grain): Range[] {
  const withHours = (begin: Date, end: Date): [Range, Range] => [
    [begin, end],
    [floor(begin, hourMs), ceil(end, hourMs)],
  ];
  const [firstHour, lastHour] = [ceil(from, hourMs), floor(to, hourMs)];
  // Of less than an hour there is nothing but a part.
  if (grain === 'MINUTE' || firstHour > lastHour) {
    return [...withHours(from, to), nothing, nothing, nothing, nothing, nothing];
  }
  const ends = [...withHours(from, firstHour), ...withHours(lastHour, to)];
  const [firstDay, lastDay] = [ceil(from, dayMs), floor(to, dayMs)];
  if (grain === 'HOUR' || firstDay >= lastDay) return [...ends, [firstHour, lastHour], nothing, nothing];
  return [...ends, [firstHour, firstDay], [lastDay, lastHour], [firstDay, lastDay]];
}
