import { performance } from 'node:perf_hooks';
import { createBag } from '../collections/bag.ts';
import type { Bagged } from '../collections/bag.ts';
import { createTenants } from '../collections/tenants.ts';
import { SidecarError } from '../errors.ts';
import type { Engine, QueuePolicy, RunOptions } from './engine.ts';
import { createFairQueue } from './fair-queue.ts';
import type { Job, JobAnswer } from './job.ts';

/** Why a request left the queue without a run. `displaced`: by one of a tenant that had less waiting. */
export type DropReason = 'full' | 'displaced' | 'oldest' | 'deadline' | 'cancelled';

type Deps = {
  sizeMax: number;
  policy: QueuePolicy;
  /** Runs that would begin at once: what is prepared for them waits for nobody. */
  idleCount?: (() => number) | undefined;
  onDrop(reason: DropReason): void;
  /** There may be work to hand out. */
  onWaiting(): void;
};

export type JobQueue = ReturnType<typeof createJobQueue>;

/** How exact deadlines are, in milliseconds: one timer looks after all of them. */
const tickMs = 20;
/** Requests that may be held back by the policy `wait`; their senders are few and send one at a time. */
const heldBackMax = 1_024;

/**
 * Requests on their way to an engine, in fair order. At most `sizeMax` wait; beyond it the policy decides, except that
 * a tenant with little waiting takes the place of the newest of the one with the most: a flood drowns itself. Whoever
 * hangs up or runs out of time leaves without costing a run.
 */
export function createJobQueue({ sizeMax, policy: defaultPolicy, idleCount = () => 0, onDrop, onWaiting }: Deps) {
  const waiting = createFairQueue<Job>();
  const running = createBag<Job>();
  /** Places of requests that are still being prepared. */
  const reserved = createTenants((name): Bagged & { name: string; count: number } => ({ name, place: -1, count: 0 }));
  let reservedCount = 0;
  let timer: NodeJS.Timeout | null = null;

  const full = () => new SidecarError('QUEUE_FULL', 'Too many requests are waiting. Try again in a moment.');
  const loadOf = (tenant: string) => waiting.countOf(tenant) + (reserved.peek(tenant)?.count ?? 0);

  function drop(job: Job, reason: DropReason, error: unknown): void {
    waiting.remove(job);
    onDrop(reason);
    job.reject(error);
  }

  /** Makes room for one more, or says that there is none. */
  function hasRoom(options: Pick<RunOptions, 'tenant' | 'weight' | 'policy'>, canDrop: boolean): boolean {
    const { tenant, weight, policy = defaultPolicy } = options;
    const limit = sizeMax + idleCount() + (policy === 'wait' ? heldBackMax : 0);
    const size = waiting.size + reservedCount;
    if (size < limit) return true;
    // Whoever floods us alone is refused thousands of times a second: at once, then.
    if (loadOf(tenant) === size && policy !== 'drop-oldest') return false;
    const own = (loadOf(tenant) + 1) / weight;
    let most: { tenant: string; newest: Job; load: number } | null = null;
    for (const other of waiting.tenants()) {
      if (other === tenant) continue;
      const newest = waiting.find(other, 'newest');
      const load = newest ? loadOf(other) / newest.weight : 0;
      if (newest && load > own && load > (most?.load ?? 0)) most = { tenant: other, newest, load };
    }
    if (most) {
      if (canDrop) drop(most.newest, 'displaced', full());
      return true;
    }
    // All of a flood may still be in preparation, where nothing can be taken back: others get their share beside it.
    const tenants = new Set([...waiting.tenants(), ...reserved.present.map(({ name }) => name), tenant]);
    if (loadOf(tenant) + 1 <= limit / tenants.size && size < 2 * limit) return true;
    const oldest = policy === 'drop-oldest' ? waiting.find(tenant, 'oldest') : undefined;
    if (!oldest) return false;
    if (canDrop) drop(oldest, 'oldest', full());
    return true;
  }

  function watch(): void {
    timer ??= setTimeout(() => {
      timer = null;
      const now = performance.now();
      for (const jobs of [waiting, running.items]) {
        // What is dropped leaves while we walk.
        for (const job of [...jobs]) {
          if (job.deadlineAt > now) continue;
          drop(job, 'deadline', new SidecarError('DEADLINE_EXCEEDED', 'There was no answer in time.'));
        }
      }
      if (waiting.size + running.items.length > 0) watch();
    }, tickMs);
  }

  return {
    get depth() {
      return waiting.size;
    },
    /** Places that are kept for what is on its way here. */
    get reservedCount() {
      return reservedCount;
    },
    peek: waiting.peek,
    /** Throws QUEUE_FULL. Keeps a place until it is given back. */
    reserve(options: Parameters<Engine['reserve']>[0]): Disposable {
      if (!hasRoom(options, false)) {
        if (options.isCounted !== false) onDrop('full');
        throw full();
      }
      const tenant = reserved.enter(options.tenant);
      tenant.count++;
      reservedCount++;
      let isHeld = true;
      return {
        [Symbol.dispose]() {
          if (!isHeld) return;
          isHeld = false;
          reservedCount--;
          if (--tenant.count === 0) reserved.leave(tenant);
        },
      };
    },
    /** Rejects with QUEUE_FULL, DEADLINE_EXCEEDED, what the engine throws, or the reason of an abort. */
    push(work: Pick<Job, 'task' | 'shapeKey' | 'rows'>, options: RunOptions): Promise<JobAnswer> {
      const { tenant, weight, priority, timeoutMs, signal } = options;
      return new Promise((resolve, reject) => {
        if (!signal?.aborted && !hasRoom(options, true)) {
          onDrop('full');
          return reject(full());
        }
        const enqueuedAt = performance.now();
        const cancel = () => drop(job, 'cancelled', signal?.reason);
        const settle = () => {
          if (job.isSettled) return false;
          job.isSettled = true;
          running.remove(job);
          signal?.removeEventListener('abort', cancel);
          return true;
        };
        const job: Job = {
          ...work,
          ...{ tenant, weight, priority, enqueuedAt, startedAt: 0, deadlineAt: enqueuedAt + timeoutMs },
          ...{ isRetried: false, isSettled: false, place: -1 },
          resolve(answer) {
            if (settle()) resolve(answer);
          },
          reject(reason) {
            if (settle()) reject(reason);
          },
        };
        if (signal?.aborted) return cancel();
        waiting.push(job);
        try {
          onWaiting();
        } finally {
          // Only now: whoever waits for it waits for that first.
          if (!job.isSettled) signal?.addEventListener('abort', cancel, { once: true });
          watch();
        }
      });
    },
    /** The next in line, and those behind it that may share its run, up to `rowsMax` rows. */
    take(rowsMax: number): Job[] {
      const first = waiting.shift();
      if (!first) return [];
      const jobs = [first];
      let rows = first.rows;
      for (;;) {
        // What an engine was lost under runs alone: it may be what it was lost by.
        const next = first.shapeKey === null || first.isRetried ? undefined : waiting.peek();
        if (!next || next.isRetried || next.shapeKey !== first.shapeKey || rows + next.rows > rowsMax) break;
        waiting.shift();
        rows += next.rows;
        jobs.push(next);
      }
      const startedAt = performance.now();
      for (const job of jobs) {
        job.startedAt = startedAt;
        running.add(job);
      }
      return jobs;
    },
    /** Back to the head of the line, once: the engine was lost under it. */
    retry(job: Job): boolean {
      if (job.isRetried || job.isSettled) return job.isSettled;
      job.isRetried = true;
      running.remove(job);
      waiting.unshift(job);
      return true;
    },
    /** Turns everyone away. */
    clear(reason: unknown): void {
      for (const job of [...waiting]) {
        waiting.remove(job);
        job.reject(reason);
      }
      // Those in an engine still have their deadlines.
      if (running.items.length > 0 || !timer) return;
      clearTimeout(timer);
      timer = null;
    },
  };
}
