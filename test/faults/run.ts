import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runReportingTests } from '../runner/run-reporting-tests.ts';
import { formatTable, problemsOf, readRows } from './table.ts';
import { runSeed } from './seed.ts';

// npm run test:faults: every test that tells the table how it went, in its long form, then the table and a JSON file.

const help = `npm run test:faults [-- <path or part of one> …] [--short]

  Kills servers, workers and PostgreSQL, takes Redis away, cuts sockets, fills disks, moves clocks, and compares what was
  acknowledged with what is there: some 20 minutes on a quiet machine. Exits with 1 when a test fails, when anything is lost,
  there twice, out of order or stuck, and when a row tried nothing.
  Writes test-results/faults.json: the table, its seed, versions and machine.

  --short        the forms that npm test runs
  FAULTS_SEED=   the same chances again
`;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { short: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
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
  const file = await keep({ isLong: !values.short, seed: runSeed, seconds, exitCode: code, problems, rows });
  process.stdout.write(`\n${formatTable(rows)}\n\nseed ${runSeed}, ${seconds} s, ${file}\n`);
  for (const line of problems) process.stdout.write(`${line}\n`);
  return code === 0 && problems.length === 0 ? 0 : 1;
}

/** Writes the run down, with what it ran on. Gives the file's path. */
async function keep(result: object): Promise<string> {
  const folder = fileURLToPath(new URL('../../test-results', import.meta.url));
  await mkdir(folder, { recursive: true });
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
  };
  const versions = { commit: versionOf('git', 'rev-parse', 'HEAD'), node: process.version, redis: redisVersion() };
  const path = `${folder}/faults.json`;
  await writeFile(path, `${JSON.stringify({ versions, machine, ...result }, null, 2)}\n`);
  return 'test-results/faults.json';
}

const redisVersion = () => /v=(\S+)/.exec(versionOf('redis-server', '--version') ?? '')?.[1] ?? null;

function versionOf(program: string, ...args: string[]): string | null {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}
