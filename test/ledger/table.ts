import type { LedgerCounts, LedgerLine } from './report.ts';

export type Row = { row: string; counts: Record<Column, number> };
type Column = keyof LedgerCounts;

const columns = {
  acts: 'acts',
  rows: 'rows',
  duplicatesOffered: 'duplicates offered',
  crashesInjected: 'crashes injected',
  difference: 'difference',
  invoicesChecked: 'invoices checked',
  centsOff: 'cents off',
} as const satisfies Record<Column, string>;
const names = Object.keys(columns) as Column[];

/** What is wrong if it is not 0. */
const zeros = ['difference', 'centsOff'] as const satisfies Column[];
/** Of which there have to be some, or nothing was proved. */
const wanted = ['acts', 'duplicatesOffered', 'crashesInjected', 'invoicesChecked'] as const satisfies Column[];

/** Reads what tests told; lines of one name are one row. In the order of the names, the sum of all at the end. */
export function readRows(text: string): Row[] {
  const rows = new Map<string, Row>();
  const total = emptyRow('all of it');
  for (const line of linesOf(text)) {
    if ('remark' in line) continue;
    const { row, counts } = line;
    const whole = rows.get(row) ?? emptyRow(row);
    for (const name of names) {
      whole.counts[name] += counts[name] ?? 0;
      total.counts[name] += counts[name] ?? 0;
    }
    rows.set(row, whole);
  }
  return [...[...rows.values()].toSorted((a, b) => (a.row < b.row ? -1 : 1)), total];
}

/** What tests said beside it, in their order. */
export const readRemarks = (text: string): string[] =>
  linesOf(text).flatMap((line) => ('remark' in line ? [line.remark] : []));

const linesOf = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as LedgerLine);

const emptyRow = (row: string): Row => ({
  row,
  counts: {
    acts: 0,
    rows: 0,
    duplicatesOffered: 0,
    crashesInjected: 0,
    difference: 0,
    invoicesChecked: 0,
    centsOff: 0,
  },
});

/** Why the table proves nothing, or something bad. `isWhole`: whether every test ran. */
export function problemsOf(rows: readonly Row[], isWhole: boolean): string[] {
  const total = rows.at(-1);
  const bad = rows
    .slice(0, -1)
    .flatMap(({ row, counts }) =>
      zeros.filter((name) => counts[name] !== 0).map((name) => `${row}: ${columns[name]} is ${counts[name]}`),
    );
  const missing = isWhole ? wanted.filter((name) => !total?.counts[name]).map((name) => `no ${columns[name]}`) : [];
  return [...bad, ...missing];
}

export function formatTable(rows: readonly Row[]): string {
  const cells = [
    ['what', ...names.map((name) => columns[name])],
    ...rows.map(({ row, counts }) => [row, ...names.map((name) => String(counts[name]))]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  return cells
    .map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '))
    .join('\n');
}
