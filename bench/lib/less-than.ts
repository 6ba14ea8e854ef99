import type { Row } from './report.ts';

/** A time that is promised as it is, not as a ratio; null: nothing is promised. */
export function lessThan(metric: string, value: number, most: number | null): Row {
  const promised = most === null ? metric : `${metric} (< ${most} ms)`;
  return {
    ...{ metric: promised, value, unit: 'ms', floor: null, ratio: null, goal: null },
    ok: most === null ? null : value < most,
  };
}
