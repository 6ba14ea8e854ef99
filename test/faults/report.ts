import { appendFileSync } from 'node:fs';

/** Columns of the table of `npm run test:faults`. Those that are told twice for a row are added up. */
export type FaultCounts = Partial<{
  /** Effects that were acknowledged, or tried to be had: what the verdicts are about. */
  tried: number;
  /** Kills, outages, cuts, jumps that happened meanwhile. */
  injected: number;
  /** Acknowledged, and not there afterwards: 0. */
  lost: number;
  /** There more than once: 0. */
  duplicated: number;
  /** There, in another order than promised: 0. */
  reordered: number;
  /** Neither done nor given up long after the last fault: 0. */
  stuck: number;
  /** Requests that were refused by what should have answered them: 0. */
  failed: number;
}>;

export type FaultLine = { row: string; counts: FaultCounts; measures: Record<string, number> };

/**
 * Says how a test with faults went, for the table of `npm run test:faults`. Call it once the counts are known and before
 * they are asserted, so that the table shows a failure as well. `measures` are said beside the row: their names carry units.
 */
export function report(row: string, counts: FaultCounts, measures: Record<string, number> = {}): void {
  const file = process.env['FAULTS_REPORT'];
  const line: FaultLine = { row, counts, measures };
  if (file) appendFileSync(file, `${JSON.stringify(line)}\n`);
}

/** Long forms take minutes and run in `npm run test:faults` alone. */
export const isLong = process.env['FAULTS_LONG'] === '1';
