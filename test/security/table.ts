import { stripVTControlCharacters } from 'node:util';

/** One line that a security test wrote. */
export type Line = { row: string; counts: Record<string, number>; facts: Record<string, string | number> };

/** What has to be in the table, with the least number of cases in the long form. */
const wanted: readonly { name: string; matches: RegExp; least: number }[] = [
  { name: 'isolation matrix', matches: /isolation|matrix/i, least: 500 },
  { name: 'forged tokens', matches: /forged/i, least: 30 },
  { name: 'reuse interleavings', matches: /interleaving/i, least: 1_000 },
  { name: 'hostile issuers', matches: /issuer|idp/i, least: 25 },
  { name: 'hostile documents', matches: /hostile documents/i, least: 40 },
  { name: 'SSRF vectors', matches: /ssrf/i, least: 60 },
  { name: 'fuzzed requests, GraphQL', matches: /fuzzed requests, graphql/i, least: 100_000 },
  { name: 'fuzzed requests, REST', matches: /fuzzed requests, rest/i, least: 4_000 },
  { name: 'secrets searched', matches: /secrets searched/i, least: 25 },
];

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
  const { least } = wanted.find(({ matches }) => matches.test(row)) ?? { least: 1 };
  const tried = counts['tried'] ?? 0;
  return [
    ...notZero.map(([name, count]) => `${name} is ${count}`),
    ...(tried < least ? [`only ${tried} tried of ${least}`] : []),
  ];
}

/** What was not even tried. */
export const missingFrom = (rows: readonly Line[]): string[] =>
  wanted.filter(({ matches }) => !rows.some(({ row }) => matches.test(row))).map(({ name }) => name);

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
