import { readEventSearch, withoutNothing } from '../../components/event-search.ts';
import type { EventSearch } from '../../components/event-search.ts';

export const rangeNames = ['hour', 'day', 'week', 'month'] as const;
export type RangeName = (typeof rangeNames)[number];

/** What the address says: a time back from now, or from one moment (included) to another (not included), in ISO 8601. */
export type EventsSearch = EventSearch & {
  readonly range?: RangeName | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

export type Span = { readonly from: Date; readonly to: Date };
export type Step = 'minute' | 'hour' | 'day';
/** A part of the time that is looked at, and how much happened in it. */
export type Bar = Span & { readonly count: number };

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const spanMs: Readonly<Record<RangeName, number>> = {
  hour: hourMs,
  day: 24 * hourMs,
  week: 7 * 24 * hourMs,
  month: 30 * 24 * hourMs,
};
export const rangeDefault: RangeName = 'day';
/** Longer than anybody’s events are kept in the feed. */
const longestMs = 400 * 24 * hourMs;

export function readEventsSearch(search: Readonly<Record<string, unknown>>): EventsSearch {
  const { range, from, to } = search;
  const isSpan = isMoment(from) && isMoment(to) && Date.parse(from) < Date.parse(to);
  return {
    ...readEventSearch(search),
    ...(isSpan && Date.parse(to) - Date.parse(from) <= longestMs && { from, to }),
    ...(!isSpan && isRange(range) && range !== rangeDefault && { range }),
  };
}

const isMoment = (text: unknown): text is string => typeof text === 'string' && Number.isFinite(Date.parse(text));
const isRange = (text: unknown): text is RangeName => (rangeNames as readonly unknown[]).includes(text);

/** The time that is looked at. What is counted back from now ends with the minute after it. */
export function spanOf({ from, to, range = rangeDefault }: EventsSearch, now: Date): Span {
  if (from && to) return { from: new Date(from), to: new Date(to) };
  const end = Math.ceil((now.getTime() + 1) / minuteMs) * minuteMs;
  return { from: new Date(end - spanMs[range]), to: new Date(end) };
}

/** How long a bar is, so that there are at most some 120. */
export function stepOf({ from, to }: Span): Step {
  const ms = to.getTime() - from.getTime();
  if (ms <= 2 * hourMs) return 'minute';
  return ms <= 4 * 24 * hourMs ? 'hour' : 'day';
}

/** Where the bar of a moment begins; days are those of whoever looks. */
function startOf(at: Date, step: Step): Date {
  const start = new Date(at);
  if (step === 'day') start.setHours(0, 0, 0, 0);
  else if (step === 'hour') start.setMinutes(0, 0, 0);
  else start.setSeconds(0, 0);
  return start;
}

function after(at: Date, step: Step): Date {
  if (step !== 'day') return new Date(at.getTime() + (step === 'hour' ? hourMs : minuteMs));
  const next = new Date(at);
  // Days have 23 to 25 hours.
  next.setDate(next.getDate() + 1);
  return next;
}

/** A bar for each step of a time, also where nothing happened, from counts of steps that are as long or shorter. */
export function barsOf(
  { from, to }: Span,
  step: Step,
  counts: readonly { readonly startsAt: string; readonly eventCount: number }[],
): readonly Bar[] {
  const bars: { from: Date; to: Date; count: number }[] = [];
  for (let start = startOf(from, step); start < to; start = after(start, step)) {
    bars.push({
      from: start < from ? from : start,
      to: after(start, step) > to ? to : after(start, step),
      count: 0,
    });
  }
  for (const { startsAt, eventCount } of counts) {
    const at = new Date(startsAt);
    const bar = bars.findLast(({ from: start }) => start <= at) ?? bars[0];
    if (bar) bar.count += eventCount;
  }
  return bars;
}

/** The search with another time: one of the names, or a part that was chosen. */
export const withRange = (search: EventsSearch, chosen: RangeName | Span): EventsSearch => {
  const { from: _from, to: _to, range: _range, ...rest } = search;
  if (typeof chosen === 'string')
    return withoutNothing({ ...rest, range: chosen === rangeDefault ? undefined : chosen });
  return { ...rest, from: chosen.from.toISOString(), to: chosen.to.toISOString() };
};
