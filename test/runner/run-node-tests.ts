import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const perTestTimeoutMs = 120_000;
const wholeRunTimeoutMs = Number(process.env['RUN_LIMIT_MS'] ?? 45 * 60_000);
const byFile = fileURLToPath(new URL('by-file.ts', import.meta.url));
const watchdog = fileURLToPath(new URL('watchdog.ts', import.meta.url));

export type NodeTestRun = {
  cwd: string;
  files: string[];
  /** Passed to `node --test` as they are. */
  flags: string[];
  env: Record<string, string>;
  /** Ends the run and everything it started. */
  signal: AbortSignal;
  /** Where `FileLine`s are written. */
  fileLines: string;
  /** Files at a time; as many as there are processors when left out. */
  concurrency?: number;
};

/** Runs `node --test` with its output on ours. Gives the exit code; 130 when the signal ended it, 124 when its time was up. */
export function runNodeTests(run: NodeTestRun): Promise<number> {
  const { cwd, files, flags, env, signal } = run;
  const concurrency = run.concurrency ?? Math.min(Math.max(availableParallelism(), 2), 8);
  const args = [
    `--import=${watchdog}`,
    '--test',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${byFile}`,
    `--test-reporter-destination=${run.fileLines}`,
    `--test-timeout=${perTestTimeoutMs}`,
    `--test-concurrency=${concurrency}`,
    ...flags,
    ...files,
  ];
  // A process group of its own, so that files and what they started can be ended together.
  const child = spawn(process.execPath, args, {
    cwd,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: process.platform !== 'win32',
  });
  const end = (how: NodeJS.Signals) => {
    try {
      process.kill(process.platform === 'win32' ? child.pid! : -child.pid!, how);
    } catch {
      // It is gone already.
    }
  };
  return new Promise((resolve) => {
    const stop = () => {
      end('SIGTERM');
      setTimeout(end, 3_000, 'SIGKILL').unref();
    };
    let isTooLong = false;
    const tooLong = setTimeout(() => {
      isTooLong = true;
      process.stderr.write(
        `\nThe run took more than ${wholeRunTimeoutMs / 60_000} minutes and was ended: a file above has not finished.\n`,
      );
      stop();
    }, wholeRunTimeoutMs);
    signal.addEventListener('abort', stop);
    child.once('close', (code) => {
      clearTimeout(tooLong);
      signal.removeEventListener('abort', stop);
      // Whatever a file left running must not outlive the run.
      end('SIGKILL');
      resolve(signal.aborted ? 130 : isTooLong ? 124 : (code ?? 1));
    });
  });
}
