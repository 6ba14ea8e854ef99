import { stripVTControlCharacters } from 'node:util';

/** One line that a security test wrote. */
export type Line = { row: string; counts: Record<string, number>; facts: Record<string, string | number> };

/** What has to be in the table, and of how many cases at least in the long form. A row that is new goes here, too. */
const wanted: ReadonlyMap<string, number> = new Map([
  ['isolation of organizations', 500],
  ['tables without the application’s filter', 40],
  ['cost of row security', 1],
  ['forged access tokens', 30],
  ['interleavings of refresh tokens', 1_000],
  ['answers of hostile issuers', 25],
  ['sensitive mutations without a fresh proof', 10],
  ['hostile documents', 40],
  ['fields that no input has', 100],
  ['SSRF vectors', 60],
  ['fuzzed requests, GraphQL', 100_000],
  ['fuzzed requests, REST', 10_000],
  ['fuzzed frames', 20_000],
  ['fuzzed batches', 10_000],
  ['fuzzed requests, streams', 10_000],
  ['secrets searched', 25],
  ['traces of an erased person', 5],
  ['password guesses', 50_000],
  ['sign-ins at once', 200],
  ['answers timed against each other', 3_000],
  ['answers with security headers', 20],
  ['Host in links', 3],
  ['foreign origins', 60],
  ['cookies of other pages', 20],
  ['slow callers', 5],
  ['forged payment events', 15],
  ['payment events in any order', 2_000],
  ['changes of audit entries by the application', 100],
  ['changes of audit entries by the owner of the tables', 100],
]);

export type Row = Line & { problems: string[] };

/** Reads the lines; those of one name are one row, since several files may add to it. */
export function readRows(text: string): Row[] {
  const rows = new Map<string, Row>();
  for (const line of text.split('\n').filter(Boolean)) {
    const { row, counts, facts } = JSON.parse(line) as Line;
    const whole = rows.get(row) ?? { row, counts: {}, facts: {}, problems: [] };
    for (const [name, count] of Object.entries(counts)) whole.counts[name] = (whole.counts[name] ?? 0) + count;
    Object.assign(whole.facts, facts);
    rows.set(row, whole);
  }
  return [...rows.values()]
    .map((row) => ({ ...row, problems: problemsOf(row) }))
    .sort((a, b) => (a.row < b.row ? -1 : 1));
}

/** Zeros where zeros belong, and enough tried to mean it. */
function problemsOf({ row, counts }: Line): string[] {
  const notZero = Object.entries(counts).filter(([name, count]) => name !== 'tried' && count !== 0);
  const least = wanted.get(row) ?? 1;
  const tried = counts['tried'] ?? 0;
  return [
    ...notZero.map(([name, count]) => `${name} is ${count}`),
    ...(tried < least ? [`only ${tried} tried of ${least}`] : []),
  ];
}

/** What was not even tried, and what nobody would miss if it were not. */
export function missingFrom(rows: readonly Line[]): string[] {
  const names = new Set(rows.map(({ row }) => row));
  return [
    ...[...wanted.keys()].filter((name) => !names.has(name)).map((name) => `not tried: ${name}`),
    ...[...names].filter((name) => !wanted.has(name)).map((name) => `not in test/security/table.ts: ${name}`),
  ];
}

export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map(({ row, counts, facts, problems }) => {
    const { tried = 0, ...zeros } = counts;
    const list = (values: object) => Object.entries(values).map(([name, value]) => `${name} ${value}`);
    const outcome = problems.length > 0 ? 'FAILED' : 'ok';
    return [row, String(tried), outcome, list(zeros).join(', '), list(facts).join(', ')];
  });
  const all = [['what', 'tried', '', 'must be zero', 'measured'], ...cells];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((line) => length(line[column]))));
  return all
    .map((line) =>
      line
        .map((cell, column) => pad(cell, widths[column]!, column === 1))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const length = (text = '') => stripVTControlCharacters(text).length;
const pad = (text: string, width: number, isNumber: boolean) => (isNumber ? text.padStart(width) : text.padEnd(width));
