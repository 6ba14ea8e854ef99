import { appendFileSync } from 'node:fs';

/** Columns of the table of `npm run test:ledger`. Those that are told twice for a row are added up. */
export type LedgerCounts = Partial<{
  /** Billable acts that were really done. */
  acts: number;
  /** Rows of the ledger afterwards. */
  rows: number;
  /** Acts that were told once more. */
  duplicatesOffered: number;
  /** Processes and connections killed in the middle. */
  crashesInjected: number;
  /** Acts without their row, rows without an act, sums that are none: 0. */
  difference: number;
  invoicesChecked: number;
  /** By which bills differ from what was used times its price, as an absolute value: 0. */
  centsOff: number;
}>;

/**
 * Says how a test of the ledger went, for the table of `npm run test:ledger`. Call it once the counts are known and before
 * they are asserted, so that the table shows a failure as well.
 */
export function report(row: string, counts: LedgerCounts): void {
  write({ row, counts });
}

/** Says something below the table that is measured and not proved, such as a time. */
export function remark(text: string): void {
  write({ remark: text });
}

export type LedgerLine = { row: string; counts: LedgerCounts } | { remark: string };

function write(line: LedgerLine): void {
  const file = process.env['LEDGER_REPORT'];
  if (file) appendFileSync(file, `${JSON.stringify(line)}\n`);
}

/** Long forms take minutes and run in `npm run test:ledger` alone. */
export const isLong = process.env['LEDGER_LONG'] === '1';
