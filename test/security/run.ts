import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findTests } from '../runner/find-tests.ts';
import { formatTable, missingFrom, readRows } from './table.ts';

// npm run test:security: every test that tells the table how it went, in its long form, and then the table.

const help = `npm run test:security [-- <path or part of one> …] [--short]

  Tries to break in, the long way: a quarter of an hour on a quiet machine. Exits with 1 when a test fails, a count is
  not zero that has to be, too few cases were tried, or something was not tried at all.

  --short   the forms that npm test runs, without asking how many were tried
`;
/** Minutes on a quiet machine; a busy one gets what it needs. */
const fileLimitMs = 40 * 60_000;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { short: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
});
if (values.help) process.stdout.write(help);
else process.exitCode = await main();

async function main(): Promise<number> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'sightline-security-'));
  const reports = join(folder, 'report.jsonl');
  await writeFile(reports, '');
  try {
    const files = await reportingTests(root, positionals);
    const code = await run(root, files, {
      ...process.env,
      SECURITY_REPORT: reports,
      SECURITY_LONG: values.short ? '0' : '1',
      FILE_LIMIT_MS: String(fileLimitMs),
      RUN_LIMIT_MS: String(4 * fileLimitMs),
    });
    const rows = readRows(await readFile(reports, 'utf8'));
    // Part of it, or the short form, shows what there is; only the whole proves something.
    const isWhole = !values.short && positionals.length === 0;
    const missing = isWhole ? missingFrom(rows) : [];
    const problems = rows.flatMap(({ row, problems: of }) =>
      of.filter((problem) => isWhole || !problem.startsWith('only ')).map((problem) => `${row}: ${problem}`),
    );
    for (const row of rows) row.problems = problems.filter((problem) => problem.startsWith(`${row.row}: `));
    process.stdout.write(`\n${formatTable(rows)}\n\n`);
    for (const line of missing) process.stdout.write(`${line}\n`);
    for (const problem of problems) process.stdout.write(`${problem}\n`);
    return code === 0 && missing.length + problems.length === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Test files that say something for the table, and all others of this folder. */
async function reportingTests(root: string, filters: string[]): Promise<string[]> {
  const files = await findTests(root, filters);
  const kept = await Promise.all(
    files.map(async (file) => {
      const isOurs = file.startsWith('test/security/');
      return isOurs || /security\/report\.ts'/.test(await readFile(join(root, file), 'utf8')) ? [file] : [];
    }),
  );
  return kept.flat();
}

/** One file after the other: some measure time or memory, and share a machine with the database. */
function run(root: string, files: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const args = [join(root, 'test/run.ts'), ...files, '--test-concurrency=1', `--test-timeout=${fileLimitMs}`];
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}
