import { parseArgs } from 'node:util';
import { runReportingTests } from '../runner/run-reporting-tests.ts';
import { formatTable, problemsOf, readRemarks, readRows } from './table.ts';

// npm run test:ledger: every test that tells the table how it went, in its long form, and then the table.

const help = `npm run test:ledger [-- <path or part of one> …] [--short]

  Proves that what is billed is what was done: a quarter of an hour on a quiet machine. Exits with 1 when a test fails,
  when anything differs, and when nothing was killed, told twice or billed.

  --short   the forms that npm test runs
`;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { short: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
});
if (values.help) process.stdout.write(help);
else process.exitCode = await main();

async function main(): Promise<number> {
  const { code, told } = await runReportingTests({ name: 'ledger', filters: positionals, isLong: !values.short });
  const rows = readRows(told);
  const problems = problemsOf(rows, positionals.length === 0);
  process.stdout.write(`\n${formatTable(rows)}\n\n`);
  for (const line of [...readRemarks(told), ...problems]) process.stdout.write(`${line}\n`);
  return code === 0 && problems.length === 0 ? 0 : 1;
}
