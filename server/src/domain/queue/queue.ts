import { randomUUIDv7 } from 'node:crypto';
import { afterCommit } from '@sightline/db/one-transaction';
import type { TryOptions } from '../../ports/job-queue.ts';
import type { Sql } from '../../transaction.ts';
import { jobTopic, textOf } from '../outbox/job-message.ts';
import type { JobMessage } from '../outbox/job-message.ts';
import type { JobData, JobName, Jobs } from './job-kinds.ts';
import { readCron } from './cron.ts';
import type { Cron } from './cron.ts';
import { createWorker } from './worker.ts';
import type { WorkerDeps } from './worker.ts';

export type Queue = ReturnType<typeof createQueue>;

/** One try. `signal` is aborted when it takes too long, was canceled, or this process stops: it is not done then, whatever it returns. */
export type Try = { id: string; /** From 1. */ attempt: number; signal: AbortSignal };

/**
 * Does a job, at least once: what it changes carries keys that make a second time the same. What it throws has the job
 * tried again later.
 */
export type Handler<Name extends JobName> = (data: JobData<Name>, attempt: Try) => Promise<void>;

export type HandlerOptions = TryOptions & {
  /** At once, in this process. */
  concurrency: number;
};

/** For everything that does not say otherwise. */
export const usualTries: HandlerOptions = { retries: 5, backoffSeconds: 5, expireSeconds: 300, concurrency: 1 };

export type EnqueueOptions = {
  /** While a job of this name waits with the same key, another one is none. */
  key?: string;
  /** Not before; by our clock, not that of a sandbox. */
  startAfter?: Date;
};

export type Registered = HandlerOptions & { name: string; handler: Handler<JobName> };
export type Schedule = { name: string; cron: Cron; data: Record<string, unknown> };

type Deps = Omit<WorkerDeps, 'handlers' | 'schedules'>;

/**
 * Work that is done after the transaction that asked for it, by whichever worker has room. Jobs reach the queue through the
 * outbox: rolled back there is none, committed there is exactly one.
 */
export function createQueue(deps: Deps) {
  const handlers = new Map<string, Registered>();
  const schedules: Schedule[] = [];
  const worker = createWorker({ ...deps, handlers, schedules });

  return {
    /**
     * Adds a job in the caller's transaction; kick the outbox after the commit. Answers its id, which is that of the message;
     * a job that waits with the same key stays, and then this one is none.
     */
    async enqueue<Name extends JobName>(
      sql: Sql,
      name: Name,
      { organizationId, ...data }: JobData<Name>,
      { key, startAfter }: EnqueueOptions = {},
    ): Promise<string> {
      const id = randomUUIDv7();
      const message: JobMessage = {
        organizationId,
        name,
        data,
        ...(key !== undefined && { key }),
        ...(startAfter && { startAfter: startAfter.toISOString() }),
      };
      await sql.query({
        text: 'insert into "OutboxMessage" ("id", "topic", "payload") values ($1::uuid, $2, $3::jsonb)',
        values: [id, jobTopic, textOf(message)],
      });
      return id;
    },

    /** Says how jobs of a name are done. Before `start`; once. */
    handle<Name extends JobName>(name: Name, handler: Handler<Name>, options: Partial<HandlerOptions> = {}): void {
      if (handlers.has(name)) throw new Error(`Jobs of the kind “${name}” have a handler already.`);
      handlers.set(name, { ...usualTries, ...options, name, handler: handler as Handler<JobName> });
    },

    /**
     * Has a job done at the times of `cron` (five fields, UTC), once over all processes. A time that passed while no worker ran is made up
     * for, the last one only. Before `start`.
     */
    every<Name extends JobName>(name: Name, cron: string, data: Jobs[Name]): void {
      schedules.push({ name, cron: readCron(cron), data });
    },

    /** Begins to do jobs here. */
    start: worker.start,
    /** Looks for jobs now; never waits, never throws. */
    wake: () => afterCommit(worker.wake),
    /** Jobs that are being done here. */
    get size() {
      return worker.size;
    },
    /** Stops taking jobs, tells what runs to stop, and gives back what did not. */
    [Symbol.asyncDispose]: worker.stop,
  };
}
