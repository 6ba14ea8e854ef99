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

/**
 * The same time in pieces that do not overlap: two to be counted event by event, two in hours, and one in days. As much of it
 * in the coarsest as the grain allows.
 */
export function splitRange(from: Date, to: Date, grain: Grain): [Range, Range, Range, Range, Range] {
  if (grain === 'MINUTE') return [[from, to], nothing, nothing, nothing, nothing];
  const [firstHour, lastHour] = [ceil(from, hourMs), floor(to, hourMs)];
  if (firstHour >= lastHour) return [[from, to], nothing, nothing, nothing, nothing];
  const ends: [Range, Range] = [
    [from, firstHour],
    [lastHour, to],
  ];
  const [firstDay, lastDay] = [ceil(from, dayMs), floor(to, dayMs)];
  if (grain === 'HOUR' || firstDay >= lastDay) return [...ends, [firstHour, lastHour], nothing, nothing];
  return [...ends, [firstHour, firstDay], [lastDay, lastHour], [firstDay, lastDay]];
}
