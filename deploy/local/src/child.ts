import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { endGroup } from '@sightline/db/end-group';
import type { createChildLog } from './child-log.ts';
import { createRestarts } from './restarts.ts';

export type ChildOptions = {
  name: string;
  /** TypeScript file that Node runs. */
  file: string;
  env: Record<string, string>;
  log: ReturnType<typeof createChildLog>;
  /** Takes a line of its standard output for itself by returning true. */
  onLine?: (line: string) => boolean;
  /** Told before each further start. */
  onRestart: (why: string, attempt: number) => void;
};

export type Child = {
  /** Rejects when it ends before `settle` was called, or too often after. */
  readonly failed: Promise<never>;
  /** It works: from now on it is started again when it ends by itself. */
  settle(): void;
  /** Asks it to end, and insists after `deadlineMs`. Resolves when it and what it started are gone. */
  stop(deadlineMs: number): Promise<void>;
  /** Stops it so, and starts it again at once. Nothing when it has been stopped for good. */
  restart(deadlineMs: number): Promise<void>;
};

/** Starts a process of ours and keeps it running. */
export function startChild(options: ChildOptions): Child {
  const { name, log } = options;
  const restarts = createRestarts();
  const { promise: failed, reject } = Promise.withResolvers<never>();
  // Whoever waits for it hears it; nobody has to.
  failed.catch(() => {});
  let current: ChildProcess;
  let isSettled = false;
  let isStopping = false;
  let isStoppedForGood = false;
  let timer: NodeJS.Timeout | undefined;

  function start(): void {
    current = spawn(process.execPath, [options.file], {
      env: options.env,
      // The channel closes when we are killed; the process hears that and ends.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Its own process group: Ctrl-C reaches the launcher only, which stops everything in order.
      detached: process.platform !== 'win32',
    });
    log.follow(current.stdout!, false, options.onLine);
    log.follow(current.stderr!, true);
    current.once('error', (error) => reject(new Error(`The ${name} could not be started: ${error.message}`)));
    // 'close', not 'exit': its last words are in by then.
    current.once('close', (code, signal) => ended(signal ? `by ${signal}` : `with exit code ${code}`));
  }

  function ended(how: string): void {
    if (isStopping) return;
    const delayMs = restarts.next();
    if (!isSettled || delayMs === null) {
      const times = isSettled ? ` ${restarts.limit} times within a minute` : '';
      return reject(new Error(`The ${name} ended ${how}${times}.\n${log.lastWords()}`));
    }
    options.onRestart(how, restarts.count());
    timer = setTimeout(start, delayMs);
  }

  async function end(deadlineMs: number): Promise<void> {
    isStopping = true;
    clearTimeout(timer);
    if (current.exitCode !== null || current.signalCode !== null || !current.pid) return;
    const exited = once(current, 'exit');
    const closed = once(current, 'close');
    current.kill('SIGTERM');
    const insist = setTimeout(endGroup, deadlineMs, current);
    await exited;
    clearTimeout(insist);
    // What it started itself (a decoder, say) goes with it, and nothing then holds its output open.
    endGroup(current);
    await closed;
  }

  start();
  return {
    failed,
    settle: () => void (isSettled = true),
    async stop(deadlineMs) {
      isStoppedForGood = true;
      await end(deadlineMs);
    },
    async restart(deadlineMs) {
      if (isStoppedForGood) return;
      await end(deadlineMs);
      // Somebody may have stopped it meanwhile.
      if (isStoppedForGood) return;
      isStopping = false;
      start();
    },
  };
}
