import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runReportingTests } from '../runner/run-reporting-tests.ts';
import { writeRecord } from './record.ts';
import { formatTable, problemsOf, readRows } from './table.ts';
import { runSeed } from './seed.ts';

// npm run test:faults: every test that tells the table how it went, in its long form, then the table and a JSON file.

const help = `npm run test:faults [-- <path or part of one> …] [--short]

  Kills servers, workers and PostgreSQL, takes Redis away, cuts sockets, fills disks, moves clocks, and compares what was
  acknowledged with what is there: some 20 minutes on a quiet machine. Exits with 1 when a test fails, when anything is lost,
  there twice, out of order or stuck, and when a row tried nothing.
  Writes test-results/faults.json: the table, its seed, versions and machine.

  --short        the forms that npm test runs
  --out file     where that is written instead
  FAULTS_SEED=   the same chances again
`;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean', default: false },
    out: { type: 'string', default: 'test-results/faults.json' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) process.stdout.write(help);
else process.exitCode = await main();

async function main(): Promise<number> {
  process.env['FAULTS_SEED'] = String(runSeed);
  const startedAt = performance.now();
  const { code, told } = await runReportingTests({ name: 'faults', filters: positionals, isLong: !values.short });
  const rows = readRows(told);
  const problems = problemsOf(rows, positionals.length === 0);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  const result = { isLong: !values.short, seed: runSeed, seconds, exitCode: code, problems, rows };
  await writeRecord(resolve(fileURLToPath(new URL('../..', import.meta.url)), values.out), result);
  process.stdout.write(`\n${formatTable(rows)}\n\nseed ${runSeed}, ${seconds} s, ${values.out}\n`);
  for (const line of problems) process.stdout.write(`${line}\n`);
  return code === 0 && problems.length === 0 ? 0 : 1;
}
