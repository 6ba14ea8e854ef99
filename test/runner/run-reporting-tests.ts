import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTests } from './find-tests.ts';

/** What a file gets; minutes on a quiet machine, and a busy one gets what it needs. */
const fileLimitMs = 40 * 60_000;
/** What all of them together get. */
const runLimitMs = 4 * fileLimitMs;

export type ReportingSuite = {
  /** Folder below `test/`; its `report.ts` writes lines to the file that `<NAME>_REPORT` names. */
  name: 'security' | 'ledger' | 'faults';
  /** Paths or parts of some; none for all. */
  filters: string[];
  /** The long forms, by `<NAME>_LONG`. */
  isLong: boolean;
};

/** Runs every test that tells a suite's table how it went. Gives the exit code, and the JSON lines that were told. */
export async function runReportingTests(suite: ReportingSuite): Promise<{ code: number; told: string }> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), `sightline-${suite.name}-`));
  const reports = join(folder, 'report.jsonl');
  await writeFile(reports, '');
  try {
    const prefix = suite.name.toUpperCase();
    const files = await reportingTests(root, suite);
    if (files.length === 0) {
      // Without a path every test there is would run.
      process.stdout.write(`No test file matches ${suite.filters.join(' ')}.\n`);
      return { code: 2, told: '' };
    }
    const code = await run(root, files, {
      ...process.env,
      [`${prefix}_REPORT`]: reports,
      [`${prefix}_LONG`]: suite.isLong ? '1' : '0',
      FILE_LIMIT_MS: String(fileLimitMs),
      RUN_LIMIT_MS: String(runLimitMs),
    });
    return { code, told: await readFile(reports, 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Test files that say something for the table, and all others of the suite's folder. */
async function reportingTests(root: string, { name, filters }: ReportingSuite): Promise<string[]> {
  const files = await findTests(root, filters);
  const kept = await Promise.all(
    files.map(async (file) => {
      const isOurs = file.startsWith(`test/${name}/`);
      return isOurs || (await readFile(join(root, file), 'utf8')).includes(`${name}/report.ts'`) ? [file] : [];
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
