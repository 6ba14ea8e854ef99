import { parseArgs } from 'node:util';
import { runReportingTests } from '../runner/run-reporting-tests.ts';
import { formatTable, missingFrom, readRows } from './table.ts';

// npm run test:security: every test that tells the table how it went, in its long form, and then the table.

const help = `npm run test:security [-- <path or part of one> …] [--short]

  Tries to break in, the long way: a quarter of an hour on a quiet machine. Exits with 1 when a test fails, a count is
  not zero that has to be, too few cases were tried, or something was not tried at all.

  --short   the forms that npm test runs, without asking how many were tried
`;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { short: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
});
if (values.help) process.stdout.write(help);
else process.exitCode = await main();

async function main(): Promise<number> {
  const { code, told } = await runReportingTests({ name: 'security', filters: positionals, isLong: !values.short });
  const rows = readRows(told);
  // Part of it, or the short form, shows what there is; only the whole proves something.
  const isWhole = !values.short && positionals.length === 0;
  const missing = isWhole ? missingFrom(rows) : [];
  const problems = rows.flatMap(({ row, problems: of }) =>
    of.filter((problem) => isWhole || !problem.startsWith('only ')).map((problem) => `${row}: ${problem}`),
  );
  for (const row of rows) row.problems = problems.filter((problem) => problem.startsWith(`${row.row}: `));
  process.stdout.write(`\n${formatTable(rows)}\n\n`);
  for (const line of [...missing, ...problems]) process.stdout.write(`${line}\n`);
  return code === 0 && missing.length + problems.length === 0 ? 0 : 1;
}
