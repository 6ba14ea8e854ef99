import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestCluster } from './harness/cluster.ts';
import { readFileLines } from './runner/file-lines.ts';
import { findTests } from './runner/find-tests.ts';
import { longestFirst } from './runner/longest-first.ts';
import { makeGroups } from './runner/make-groups.ts';
import { measuresTime } from './runner/measures-time.ts';
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
  // What one file made, others may take from here.
  env['TEST_RUN_FOLDER'] = env['TMPDIR'];
  // Two hundred files load the same thousand modules; what the first compiled, the others only read.
  env['NODE_COMPILE_CACHE'] = join(env['TMPDIR'], 'compiled');
  if (interrupted.signal.aborted) return 130;
  const fileLines = join(env['TMPDIR'], 'file-lines');
  // Flags say how files are to be run; a few of them are run as they are.
  const isShared = flags.length === 0 && files.length > 1;
  const timed = isShared ? files.filter(measuresTime) : [];
  const others = files.filter((file) => !timed.includes(file));
  const entries = isShared ? longestFirst(root, await makeGroups(root, others, join(env['TMPDIR'], 'groups'))) : others;
  const run = { cwd: root, files: entries, flags, env, signal: interrupted.signal, fileLines };
  const codes = [await runNodeTests(run)];
  const timedLines = `${fileLines}-timed`;
  const isOver = codes[0] !== 0 && codes[0] !== 1;
  if (timed.length > 0 && !isOver) {
    say('\nAlone, as they measure time:');
    codes.push(await runNodeTests({ ...run, files: timed, concurrency: 1, fileLines: timedLines }));
  }
  const code = Math.max(...codes);
  if (args.length > 0 || (code !== 0 && code !== 1)) return code;
  const { failed, slowest } = await readFileLines(root, timed.length > 0 ? [fileLines, timedLines] : [fileLines]);
  const times = slowest.slice(0, 10).map(({ file, ms }) => `${(ms / 1_000).toFixed(1).padStart(6)} s  ${file}`);
  say(`\nSlowest files:\n${list(times)}`);
  return code === 1 && failed.length > 0 && failed.length <= maxSecondTries ? await tryAlone(run, failed) : code;
}

/** Runs the few files that failed once more, one after the other. Gives the exit code of that. */
async function tryAlone(run: NodeTestRun, files: string[]): Promise<number> {
  say(`\nOnce more, alone:\n${list(files)}`);
  const code = await runNodeTests({ ...run, files, concurrency: 1 });
  if (code === 0) say(`\nPassed only when run alone; look into it:\n${list(files)}`);
  return code;
}

function list(lines: string[]): string {
  return lines.map((line) => `  ${line}\n`).join('');
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
