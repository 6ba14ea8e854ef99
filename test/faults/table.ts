import type { FaultCounts, FaultLine } from './report.ts';

type Column = keyof FaultCounts;
export type Row = { row: string; counts: Record<Column, number>; measures: Record<string, number> };

const columns = ['tried', 'injected', 'lost', 'duplicated', 'reordered', 'stuck', 'failed'] as const;
/** What is wrong if it is not 0. */
const zeros = ['lost', 'duplicated', 'reordered', 'stuck', 'failed'] as const satisfies Column[];
/** Without these the table is not whole. */
export const wantedRows = [
  'clock jumps',
  'disk full',
  'feed: one of two servers frozen',
  'feed: one of two servers killed',
  'jobs: worker killed',
  'outbox',
  'postgres stopped',
  'random walks over pages',
  'redis down',
  'redis emptied',
  'rolling restart',
  'server killed while it records',
  'sidecar and server killed before a batch was confirmed',
  'slow consumer',
  'sockets cut',
] as const;

/** Reads what tests told; lines of one name are one row, in the order of the names. Of measures the largest counts. */
export function readRows(text: string): Row[] {
  const rows = new Map<string, Row>();
  for (const line of text.split('\n').filter(Boolean)) {
    const { row, counts, measures } = JSON.parse(line) as FaultLine;
    const whole = rows.get(row) ?? {
      row,
      counts: { tried: 0, injected: 0, lost: 0, duplicated: 0, reordered: 0, stuck: 0, failed: 0 },
      measures: {},
    };
    for (const name of columns) whole.counts[name] += counts[name] ?? 0;
    for (const [name, value] of Object.entries(measures))
      whole.measures[name] = Math.max(value, whole.measures[name] ?? -Infinity);
    rows.set(row, whole);
  }
  return [...rows.values()].toSorted((a, b) => (a.row < b.row ? -1 : 1));
}

/** Why the table proves nothing, or something bad. `isWhole`: whether every test ran. */
export function problemsOf(rows: readonly Row[], isWhole: boolean): string[] {
  const bad = rows.flatMap(({ row, counts }) =>
    zeros.filter((name) => counts[name] !== 0).map((name) => `${row}: ${name} is ${counts[name]}`),
  );
  const idle = rows.flatMap(({ row, counts }) =>
    (['tried', 'injected'] as const).filter((name) => counts[name] === 0).map((name) => `${row}: nothing was ${name}`),
  );
  const missing = isWhole ? wantedRows.filter((name) => !rows.some(({ row }) => row === name)) : [];
  return [...bad, ...idle, ...missing.map((name) => `${name}: no test told of it`)];
}

export function formatTable(rows: readonly Row[]): string {
  const cells = [
    ['what', ...columns, 'measured'],
    ...rows.map(({ row, counts, measures }) => [
      row,
      ...columns.map((name) => String(counts[name])),
      Object.entries(measures)
        .map(([name, value]) => `${name} ${Number(value.toFixed(1))}`)
        .join(', '),
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  const isText = (column: number) => column === 0 || column === columns.length + 1;
  const pad = (cell: string, column: number) =>
    isText(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  return cells.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}
