import { withinTransaction } from '@sightline/db/one-transaction';
import type { Logger } from 'pino';
import type { Clock } from '../../ports.ts';
import type { JobQueue, TakenJob } from '../../ports/job-queue.ts';
import { withOrganization } from '../../tenancy.ts';
import type { Sql } from '../../transaction.ts';
import type { SignalReader } from '../outbox/signal-reader.ts';
import type { JobData, JobName } from './job-kinds.ts';
import type { Registered, Schedule } from './queue.ts';
import { createScheduler } from './scheduler.ts';

export type WorkerDeps = {
  jobs: JobQueue;
  /** Of the system, and outside of any request. */
  pool: Sql;
  /** This process among all, and who of the others is dead. */
  presence: { readonly id: string; deadAmong(ids: string[]): Promise<string[]> };
  signals: Pick<SignalReader, 'on'>;
  /** Ours. */
  clock: Clock;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  handlers: ReadonlyMap<string, Registered>;
  schedules: readonly Schedule[];
  /** Counts how tries end. */
  onEnd?(name: string, outcome: Outcome): void;
  /** How often it looks for jobs when nobody rings. */
  pollMs?: number;
  /** How long jobs may take to stop with the process. */
  graceMs?: number;
};

export type Outcome = 'done' | 'retrying' | 'dead' | 'lost';
type Running = { job: TakenJob; stop: AbortController; done: Promise<void> };

/** Between looks for workers who are gone. Who is not there twice in a row is: a connection comes back within a second. */
const deadCheckMs = 2_000;
const superviseMs = 15_000;

const stillUnsettled = 'the end of a job still cannot be written down';
const stopping = new Error('This process is stopping.');

/** Does jobs in this process: takes what has room here, watches over it, and hands over what others left behind. */
export function createWorker(deps: WorkerDeps) {
  const {
    jobs,
    pool,
    presence,
    signals,
    clock,
    log,
    handlers,
    schedules,
    onEnd,
    pollMs = 1_000,
    graceMs = 5_000,
  } = deps;
  const workerId = presence.id;
  const running = new Map<string, Running>();
  /** Ends that could not be written down, as when the database was away. */
  const unsettled = new Map<string, () => Promise<void>>();
  const scheduler = createScheduler({ jobs, pool, clock, schedules });
  let state: 'new' | 'works' | 'stops' = 'new';
  let isWanted = false;
  let looking: Promise<void> | null = null;
  let poll: NodeJS.Timeout | undefined;
  let unsubscribe: (() => Promise<void>) | undefined;
  let missing = new Set<string>();
  let deadCheckAt = 0;
  let superviseAt = 0;

  const countOf = (name: string) => [...running.values()].filter(({ job }) => job.name === name).length;
  const roomFor = ({ name, concurrency }: Registered) => concurrency - countOf(name);

  async function settle(job: TakenJob, work: () => Promise<Outcome>): Promise<void> {
    const write = async () => {
      const outcome = await work();
      unsettled.delete(job.id);
      onEnd?.(job.name, outcome);
      if (outcome === 'lost') log.warn({ job: job.name, jobId: job.id }, 'a job ended that was not ours any more');
    };
    await write().catch((err: unknown) => {
      log.warn({ err, job: job.name, jobId: job.id }, 'the end of a job could not be written down, trying again');
      unsettled.set(job.id, write);
    });
  }

  async function run(
    { name, handler, expireSeconds }: Registered,
    job: TakenJob,
    stop: AbortController,
  ): Promise<void> {
    const expired = new Error(`It took longer than ${expireSeconds} s.`);
    const timer = setTimeout(() => stop.abort(expired), expireSeconds * 1_000);
    const { id, attempt } = job;
    const data = job.data as JobData<JobName>;
    try {
      await withOrganization(data.organizationId, () => handler(data, { id, attempt, signal: stop.signal }));
      // Who was told to stop may have returned early.
      stop.signal.throwIfAborted();
      await settle(job, async () => ((await jobs.complete(job, workerId)) ? 'done' : 'lost'));
    } catch (error) {
      // Given back with everything else that did not end in time.
      if (stop.signal.reason === stopping) return;
      const cause = stop.signal.reason === expired ? expired : error;
      await settle(job, async () => {
        const became = await jobs.fail(job, workerId, cause);
        if (became === null) return 'lost';
        const words = became === 'FAILED' ? 'a job failed for good' : 'a job failed, trying again later';
        log[became === 'FAILED' ? 'error' : 'warn']({ err: cause, job: name, jobId: id, attempt }, words);
        return became === 'FAILED' ? 'dead' : 'retrying';
      });
    } finally {
      clearTimeout(timer);
      running.delete(id);
      wake();
    }
  }

  function begin(handler: Registered, job: TakenJob): void {
    const stop = new AbortController();
    const entry: Running = { job, stop, done: Promise.resolve() };
    running.set(job.id, entry);
    entry.done = run(handler, job, stop);
  }

  /** What we no longer have was canceled, or somebody else is at it. */
  async function beat(): Promise<void> {
    // One that cannot be written must not keep the others from being done; the database ends it when its time is over.
    for (const write of unsettled.values()) await write().catch((err: unknown) => log.warn({ err }, stillUnsettled));
    if (running.size === 0) return;
    const before = [...running.values()];
    const ours = new Set(await jobs.beat(workerId));
    for (const { job, stop } of before) if (!ours.has(job.id)) stop.abort(new Error('This try is not ours any more.'));
  }

  async function handOver(): Promise<void> {
    const now = performance.now();
    if (now < deadCheckAt) return;
    deadCheckAt = now + deadCheckMs;
    const others = (await jobs.workers()).filter((id) => id !== workerId);
    const dead = await presence.deadAmong(others);
    for (const id of dead) if (missing.has(id)) await jobs.failAllOf(id);
    missing = new Set(dead);
  }

  async function supervise(): Promise<void> {
    const now = performance.now();
    if (now < superviseAt) return;
    superviseAt = now + superviseMs;
    await jobs.supervise();
  }

  async function takeAll(): Promise<void> {
    const free = [...handlers.values()].filter((handler) => roomFor(handler) > 0);
    for (const name of await jobs.ready(free.map((handler) => handler.name))) {
      const handler = handlers.get(name);
      if (!handler || state !== 'works') return;
      for (const job of await jobs.take(name, workerId, roomFor(handler))) begin(handler, job);
    }
  }

  async function lookOnce(): Promise<void> {
    await beat();
    await scheduler.addDue();
    await takeAll();
    await handOver();
    await supervise();
  }

  async function look(): Promise<void> {
    try {
      while (isWanted && state === 'works') {
        isWanted = false;
        await lookOnce();
      }
    } catch (err) {
      log.warn({ err }, 'looking for jobs failed, trying again');
    } finally {
      looking = null;
    }
  }

  /** Calls in between are one. Not in the transaction, nor for the organization, of whoever rings. */
  function wake(): void {
    if (state !== 'works') return;
    isWanted = true;
    looking ??= withinTransaction(null, () => withOrganization(null, look));
  }

  return {
    wake,
    get size() {
      return running.size;
    },

    async start(): Promise<void> {
      if (state !== 'new') throw new Error('A worker starts once.');
      for (const { name, ...options } of handlers.values()) await jobs.define(name, options);
      await scheduler.start();
      unsubscribe = await signals.on('jobs.added', null, wake);
      state = 'works';
      poll = setInterval(wake, pollMs);
      wake();
    },

    async stop(): Promise<void> {
      const hasWorked = state === 'works';
      state = 'stops';
      clearInterval(poll);
      if (!hasWorked) return;
      await unsubscribe?.();
      await looking;
      for (const { stop } of running.values()) stop.abort(stopping);
      const ends = Promise.all([...running.values()].map(({ done }) => done));
      await Promise.race([ends, new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
      for (const write of unsettled.values()) await write().catch(() => {});
      await jobs.giveBack(workerId).catch((err: unknown) => log.warn({ err }, 'jobs not given back'));
    },
  };
}
