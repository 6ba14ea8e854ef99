import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestCluster } from './harness/cluster.ts';
import { findTests } from './runner/find-tests.ts';
import { runNodeTests } from './runner/run-node-tests.ts';
import type { NodeTestRun } from './runner/run-node-tests.ts';
import { ensureTools } from './runner/system-tools.ts';

const help = `npm test [-- <path or part of one> … <flags of node --test>]

  npm test                                    every suite
  npm test -- test/api                        one folder
  npm test -- sign-in                         every file with this in its path
  npm test -- --test-name-pattern="revoked"   by name of the test

  When every suite is run and a few files fail, these are run once more, alone: a busy machine fails tests that
  measure time. Files that pass then are named at the end, and the run passes.
`;
/** More than that is not the machine's doing. */
const maxSecondTries = 5;

const root = fileURLToPath(new URL('..', import.meta.url));
process.exitCode = await main(process.argv.slice(2));

/** Brings up what tests need, runs them, takes it down again. Gives the exit code. */
async function main(args: string[]): Promise<number> {
  const flags = args.filter((arg) => arg.startsWith('-'));
  if (flags.includes('--help') || flags.includes('-h')) return say(help);
  const filters = args.filter((arg) => !arg.startsWith('-'));
  const files = await findTests(root, filters);
  if (files.length === 0) {
    say(`No test file matches ${filters.join(' ')}.\n\n${help}`);
    return 2;
  }
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort());

  await using running = new AsyncDisposableStack();
  const missing = await ensureTools(say);
  say('Starting PostgreSQL …');
  const cluster = running.use(await startTestCluster());
  // Some tests load the model runtime by themselves; it must not report them to its maker.
  const env: Record<string, string> = { ...neutralEnv(), ...cluster.env, ORT_DISABLE_TELEMETRY: '1' };
  if (!missing.has('redis-server')) {
    const { startOwnRedis } = await import('./realtime/own-redis.ts');
    env['TEST_REDIS_URL'] = running.use(await startOwnRedis()).url;
  }
  env['TMPDIR'] = running.use(await temporaryFolder()).path;
  if (interrupted.signal.aborted) return 130;
  const failedFiles = join(env['TMPDIR'], 'failed-files');
  const run = { cwd: root, files, flags, env, signal: interrupted.signal, failedFiles };
  const code = await runNodeTests(run);
  return code === 1 && args.length === 0 ? await tryAlone(run, code) : code;
}

/** Runs the few files that failed once more, one after the other. Gives the code of that, or `code` when it does not. */
async function tryAlone(run: NodeTestRun, code: number): Promise<number> {
  const failed = new Set((await readFile(run.failedFiles, 'utf8')).split('\n').filter(Boolean));
  const files = [...failed].map((file) => relative(root, file));
  if (files.length === 0 || files.length > maxSecondTries) return code;
  say(`\nOnce more, alone:\n${files.map((file) => `  ${file}\n`).join('')}`);
  const second = await runNodeTests({ ...run, files, concurrency: 1 });
  if (second === 0) say(`\nPassed only when run alone; look into it:\n${files.map((file) => `  ${file}\n`).join('')}`);
  return second;
}

/** Where tests put their files, so that those of a test that was killed go as well. */
async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'sightline-run-'));
  // PostgreSQL may be another user and has to pass through.
  await chmod(path, 0o711);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** The caller's environment without what would point a test at somebody's real database or change a default. */
function neutralEnv(): Record<string, string> {
  const ours =
    /^(TEST_|S3_|(DATABASE|REDIS|PUBLIC|INFERENCE|SERVER)_URL$|(HOST|PORT|INFERENCE_PORT|DATA_DIR|MODELS_DIR|SOURCE_DIRS|SERVICE_TOKEN|LOCAL_TOKEN|SIGNING_KEY|LOG_LEVEL)$)/;
  return Object.fromEntries(
    Object.entries(process.env).filter(([name, value]) => value !== undefined && !ours.test(name)),
  ) as Record<string, string>;
}

function say(line: string): number {
  process.stdout.write(line.endsWith('\n') ? line : `${line}\n`);
  return 0;
}
