import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findTests } from '../runner/find-tests.ts';
import { formatTable, problemsOf, readRemarks, readRows } from './table.ts';

// npm run test:ledger: every test that tells the table how it went, in its long form, and then the table.

const help = `npm run test:ledger [-- <path or part of one> …] [--short]

  Proves that what is billed is what was done: a quarter of an hour on a quiet machine. Exits with 1 when a test fails,
  when anything differs, and when nothing was killed, told twice or billed.

  --short   the forms that npm test runs
`;
/** What a file gets on a busy machine. */
const fileLimitMs = 40 * 60_000;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { short: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
});
if (values.help) process.stdout.write(help);
else process.exitCode = await main();

async function main(): Promise<number> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'sightline-ledger-'));
  const reports = join(folder, 'report.jsonl');
  await writeFile(reports, '');
  try {
    const code = await run(root, await reportingTests(root, positionals), {
      ...process.env,
      LEDGER_REPORT: reports,
      LEDGER_LONG: values.short ? '0' : '1',
      FILE_LIMIT_MS: String(fileLimitMs),
      RUN_LIMIT_MS: String(2 * fileLimitMs),
    });
    const told = await readFile(reports, 'utf8');
    const rows = readRows(told);
    const problems = problemsOf(rows, positionals.length === 0);
    process.stdout.write(`\n${formatTable(rows)}\n\n`);
    for (const line of readRemarks(told)) process.stdout.write(`${line}\n`);
    for (const problem of problems) process.stdout.write(`${problem}\n`);
    return code === 0 && problems.length === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Test files that say something for the table, and all others of this folder. */
async function reportingTests(root: string, filters: string[]): Promise<string[]> {
  const files = await findTests(root, filters);
  const kept = await Promise.all(
    files.map(async (file) => {
      const isOurs = file.startsWith('test/ledger/');
      return isOurs || /ledger\/report\.ts'/.test(await readFile(join(root, file), 'utf8')) ? [file] : [];
    }),
  );
  return kept.flat();
}

/** One file after the other: some measure time. */
function run(root: string, files: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const args = [join(root, 'test/run.ts'), ...files, '--test-concurrency=1', `--test-timeout=${fileLimitMs}`];
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}
