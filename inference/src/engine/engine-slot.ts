import { Worker } from 'node:worker_threads';
import type { Logger } from '../logger.ts';
import type { EngineReply, EngineRequest, EngineSetup } from './engine-protocol.ts';
import type { Job } from './job-queue.ts';
import { refuseTelemetry } from './refuse-telemetry.ts';

export type EngineSlot = ReturnType<typeof createEngineSlot>;

type Deps = {
  setup: EngineSetup;
  /** The file that the thread runs. */
  entry: URL;
  log: Logger;
  onIdle(): void;
  /** The engine answered; the pixels may be used again. */
  onDone(job: Job, reply: Extract<EngineReply, { type: 'detected' | 'failed' }>): void;
  /** The engine died. `job` is what it was working on. */
  onLost(job: Job | null, reason: string): void;
  /** A start came to nothing: the model, not the thread, is likely at fault. */
  onRefused(reason: string): void;
};

const firstRestartMs = 100;
const lastRestartMs = 5_000;
/** A run that takes longer hangs; the engine is replaced. */
const runMsMax = 60_000;

/** One engine thread and its successors: whenever it dies another takes its place, ever less eagerly while that fails. */
export function createEngineSlot({ setup, entry, log, onIdle, onDone, onLost, onRefused }: Deps) {
  let worker: Worker | null = null;
  let state: 'starting' | 'idle' | 'busy' | 'closed' = 'starting';
  let current: { id: number; job: Job; watchdog: NodeJS.Timeout } | null = null;
  let nextId = 1;
  let restartMs = firstRestartMs;
  let restart: NodeJS.Timeout | null = null;

  const send = (to: Worker, message: EngineRequest, transfer: ArrayBuffer[] = []) => to.postMessage(message, transfer);

  function start(): void {
    state = 'starting';
    let reason = 'the thread ended';
    refuseTelemetry();
    const started = new Worker(entry, { workerData: setup, name: 'engine' });
    worker = started;
    started.on('message', (reply: EngineReply) => receive(reply));
    started.on('error', (error) => {
      reason = String(error);
    });
    started.on('exit', () => {
      worker = null;
      lose(reason);
    });
  }

  function receive(reply: EngineReply): void {
    if (reply.type === 'ready') {
      restartMs = firstRestartMs;
      free();
    } else if (reply.type === 'refused') {
      onRefused(reply.message);
    } else if (current?.id === reply.id) {
      const { job, watchdog } = current;
      clearTimeout(watchdog);
      current = null;
      onDone(job, reply);
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
    const job = current?.job ?? null;
    current = null;
    if (state === 'closed') return;
    state = 'starting';
    log.error({ reason, restartMs }, 'engine lost, starting another');
    restart = setTimeout(start, restartMs);
    restartMs = Math.min(restartMs * 2, lastRestartMs);
    onLost(job, reason);
  }

  start();
  return {
    get isIdle() {
      return state === 'idle';
    },
    get isReady() {
      return state === 'idle' || state === 'busy';
    },
    /** Only for an idle engine. */
    run(job: Job): void {
      if (!worker) throw new Error('The engine is not running.');
      state = 'busy';
      const id = nextId++;
      const watchdog = setTimeout(() => void worker?.terminate(), runMsMax);
      current = { id, job, watchdog };
      send(worker, { type: 'detect', id, pixels: job.pixels, confidenceMin: job.confidenceMin }, [job.pixels]);
    },
    /** Lets the engine finish its run and release its memory, then ends it. */
    async close(): Promise<void> {
      state = 'closed';
      if (restart) clearTimeout(restart);
      const ending = worker;
      if (!ending) return;
      const exited = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
      send(ending, { type: 'close' });
      const impatience = setTimeout(() => void ending.terminate(), 2_000);
      await exited;
      clearTimeout(impatience);
    },
  };
}
