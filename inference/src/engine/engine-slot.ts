import type { Logger } from '../logger.ts';
import { startEngineHost } from './engine-host.ts';
import type { EngineEntries, EngineHost } from './engine-host.ts';
import type { BatchResult, EngineReady, EngineReply, EngineSetup } from './engine-protocol.ts';
import type { Job } from './job.ts';

/** Something that runs jobs, one batch at a time. */
export type EngineSlot = {
  readonly isIdle: boolean;
  readonly isReady: boolean;
  /** Only while it is idle. */
  run(jobs: readonly Job[]): void;
  /** Lets the run under way finish and releases the memory. */
  close(): Promise<void>;
};

type Deps = {
  isolation: 'threads' | 'processes';
  entries: EngineEntries;
  setup: EngineSetup;
  log: Logger;
  /** The first is what it was started for; later ones are of replacements. */
  onReady(ready: EngineReady): void;
  onIdle(): void;
  onDone(jobs: readonly Job[], result: BatchResult): void;
  /** The engine died. `jobs` are what it was working on. */
  onLost(jobs: readonly Job[], reason: string): void;
  /** A start came to nothing: the model, not the thread, is likely at fault. */
  onRefused(reason: string): void;
  /** Milliseconds after which an engine that has said nothing yet is given up, and another tried. */
  startMsMax?: number | undefined;
};

/** What an engine is at. */
type Run = { id: number; jobs: readonly Job[]; watchdog?: NodeJS.Timeout };

const firstRestartMs = 100;
const lastRestartMs = 5_000;
/** Enough to read, optimize and measure the largest of networks from a slow disk. */
const usualStartMsMax = 10 * 60_000;
/** A run that takes longer hangs; the engine is replaced. */
const runMsMax = 60_000;
const closeMsMax = 2_000;

/** One engine and its successors: whenever it dies another takes its place, ever less eagerly while that fails. */
export function createEngineSlot(deps: Deps): EngineSlot {
  const { isolation, entries, setup, log, onReady, onIdle, onDone, onLost, onRefused } = deps;
  const { startMsMax = usualStartMsMax } = deps;
  let host: EngineHost | null = null;
  let state: 'starting' | 'idle' | 'busy' | 'closed' = 'starting';
  let current: Run | null = null;
  let nextId = 1;
  let restartMs = firstRestartMs;
  let restart: NodeJS.Timeout | null = null;
  let startWatchdog: NodeJS.Timeout | undefined;
  /** Goes on without the engine of today: one that hangs in the runtime cannot even be ended. */
  let abandon: (reason: string) => void = () => {};
  /** Measuring again would only keep people waiting. */
  let isMeasured = setup.isMeasured;

  function start(): void {
    state = 'starting';
    const started = startEngineHost({
      ...{ isolation, entries, setup: { ...setup, isMeasured } },
      onReply(reply) {
        if (host === started) receive(reply);
      },
    });
    host = started;
    abandon = (reason) => {
      if (host !== started) return;
      clearTimeout(startWatchdog);
      host = null;
      started.kill();
      lose(reason);
    };
    startWatchdog = setTimeout(abandon, startMsMax, `it was not ready within ${startMsMax / 1_000} s`);
    void started.ended.then(abandon);
  }

  function receive(reply: EngineReply): void {
    if (reply.type !== 'done') clearTimeout(startWatchdog);
    if (reply.type === 'ready') {
      restartMs = firstRestartMs;
      isMeasured = false;
      if (state === 'closed') return;
      onReady(reply);
      free();
    } else if (reply.type === 'refused') {
      onRefused(reply.message);
    } else if (current?.id === reply.id) {
      const { jobs, watchdog } = current;
      clearTimeout(watchdog);
      current = null;
      onDone(jobs, reply);
      free();
    }
  }

  function free(): void {
    if (state === 'closed') return;
    state = 'idle';
    onIdle();
  }

  function lose(reason: string): void {
    if (current) clearTimeout(current.watchdog);
    const jobs = current?.jobs ?? [];
    current = null;
    // Whoever closes us waits for nothing more; those whose run it was do.
    if (state === 'closed') return onLost(jobs, reason);
    state = 'starting';
    log.error({ reason, restartMs }, 'engine lost, starting another');
    restart = setTimeout(start, restartMs);
    restartMs = Math.min(restartMs * 2, lastRestartMs);
    onLost(jobs, reason);
  }

  start();
  return {
    get isIdle() {
      return state === 'idle';
    },
    get isReady() {
      return state === 'idle' || state === 'busy';
    },
    run(jobs) {
      if (!host) throw new Error('The engine is not running.');
      state = 'busy';
      const id = nextId++;
      const run: Run = { id, jobs };
      current = run;
      try {
        host.send({ type: 'run', id, tasks: jobs.map(({ task }) => task) });
      } finally {
        // Only now: the jobs wait for that first.
        run.watchdog = setTimeout(() => abandon(`a run was not over within ${runMsMax / 1_000} s`), runMsMax);
      }
    },
    async close() {
      state = 'closed';
      if (restart) clearTimeout(restart);
      const ending = host;
      if (!ending) return;
      ending.send({ type: 'close' });
      const impatience = setTimeout(() => ending.kill(), closeMsMax);
      await ending.ended;
      clearTimeout(impatience);
    },
  };
}
