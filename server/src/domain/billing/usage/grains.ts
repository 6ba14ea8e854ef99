export type UsageGrain = 'HOUR' | 'DAY' | 'MONTH';

/** Roll-ups of one grain that begin from `from` on and before `to`. */
export type Piece = { grain: UsageGrain; from: Date; to: Date };

const hourMs = 3_600_000;

/**
 * The fewest roll-ups that make up the time from `from` to `to`, the end not included: whole months where they fit, then
 * whole days, then hours, in UTC. Both ends are full hours (RangeError otherwise). `largest` is the largest grain to use.
 */
export function piecesOf(from: Date, to: Date, largest: UsageGrain = 'MONTH'): Piece[] {
  for (const end of [from, to]) if (end.getTime() % hourMs !== 0) throw new RangeError(`${end} is no full hour.`);
  return split(from.getTime(), to.getTime(), largest);
}

const smaller = { MONTH: 'DAY', DAY: 'HOUR', HOUR: null } as const satisfies Record<UsageGrain, UsageGrain | null>;

function split(from: number, to: number, grain: UsageGrain): Piece[] {
  if (from >= to) return [];
  const first = startOf(grain, from) === from ? from : startOf(grain, from, 1);
  const last = startOf(grain, to);
  const next = smaller[grain];
  if (next === null) return [{ grain, from: new Date(from), to: new Date(to) }];
  if (first >= last) return split(from, to, next);
  const whole = { grain, from: new Date(first), to: new Date(last) };
  return [...split(from, first, next), whole, ...split(last, to, next)];
}

/** Begin of the hour, day or month that `time` is in, or of the one that comes `later` steps after it. */
function startOf(grain: UsageGrain, time: number, later = 0): number {
  const at = new Date(time);
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  if (grain === 'MONTH') return Date.UTC(year, month + later);
  if (grain === 'DAY') return Date.UTC(year, month, at.getUTCDate() + later);
  return Date.UTC(year, month, at.getUTCDate(), at.getUTCHours() + later);
}
