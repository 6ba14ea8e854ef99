import type { UsageReport } from '@sightline/core';

export type Range = 'period' | '7d' | '30d' | '90d';
export const ranges: readonly Range[] = ['period', '7d', '30d', '90d'];
/** What the ledger counts. */
export const meters = ['PREDICTIONS', 'FRAMES', 'SESSION_SECONDS'] as const;
export type UsageMeter = (typeof meters)[number];

const dayMs = 86_400_000;
const dayOf = (moment: number) => new Date(moment).toISOString().slice(0, 10);

/** What to ask the ledger for: whole days of UTC, today included; nothing for the billing period, which the server knows. */
export function windowOf(range: Range, now: number): { from?: string; to?: string } {
  if (range === 'period') return {};
  const tomorrow = Math.floor(now / dayMs) * dayMs + dayMs;
  const from = new Date(tomorrow - Number.parseInt(range, 10) * dayMs).toISOString();
  return { from, to: new Date(tomorrow).toISOString() };
}

/** Each day of the report until today, with what was used of this meter; days without any are 0. */
export function daysOf(
  { from, to, groups }: Pick<UsageReport, 'from' | 'to' | 'groups'>,
  meter: UsageMeter,
  now: number,
): readonly { day: string; quantity: number }[] {
  const used = new Map(groups.filter((group) => group.meter === meter).map(({ day, quantity }) => [day, quantity]));
  const first = Math.floor(Date.parse(from) / dayMs) * dayMs;
  // `to` is not included.
  const last = Math.min(Date.parse(to) - 1, now);
  const days = [];
  for (let at = first; at <= last; at += dayMs) days.push({ day: dayOf(at), quantity: used.get(dayOf(at)) ?? 0 });
  return days;
}

/** What the address says of the page. */
export function usageSearch({ range }: Record<string, unknown>): { range?: Range } {
  const found = ranges.find((each) => each === range);
  return found && found !== 'period' ? { range: found } : {};
}
