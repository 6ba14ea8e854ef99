import type { Sql } from '../transaction.ts';

/** A job on its way into the queue. */
export type NewJob = {
  /** Of at most one job of its name: a second one with it is no job. */
  id: string;
  name: string;
  /** What survives JSON: ids, never secrets. */
  data: object;
  /** At most one job of its name waits with it. */
  key?: string | undefined;
  /** Now when left out. */
  startAfter?: Date | undefined;
  /** How long it can be looked at, and its id is taken, once it is done; a week when left out. */
  keepSeconds?: number | undefined;
};

/** One of the jobs can never be in the queue: its name, its key, its time or its data are none for it. Says why. */
export class JobRefusedError extends Error {
  override readonly name = 'JobRefusedError';
}

/** How jobs of one name are tried. */
export type TryOptions = {
  /** How often it is tried again after a failure, before it is a dead letter. */
  retries: number;
  /** Before the first retry; doubled each time, with some chance in it, up to an hour. */
  backoffSeconds: number;
  /** One try that takes longer has failed. */
  expireSeconds: number;
};

/** One try of a job, by one worker. */
export type TakenJob = { id: string; name: string; data: object; /** From 1. */ attempt: number };

export type JobState = 'WAITING' | 'RETRYING' | 'ACTIVE' | 'DONE' | 'CANCELED' | 'FAILED';

/** A job as operators see it. */
export type Job = {
  id: string;
  name: string;
  state: JobState;
  data: Record<string, unknown>;
  /** Tries begun. */
  attemptCount: number;
  attemptsMax: number;
  /** Why the last try failed; null: none has. */
  error: string | null;
  createdAt: Date;
  /** Not before this moment. */
  startsAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** The process that has it, or had it last. */
  workerId: string | null;
};

/** Where a job stands in a list. */
export type JobPlace = { /** Microseconds since 1970, as decimal text. */ at: string; id: string };

export type JobQuery = {
  /** Null: of any name. */
  name: string | null;
  /** The last one of the page before; null: from the newest. */
  after: JobPlace | null;
  limit: number;
};

export type JobPage = { jobs: (Job & { place: JobPlace })[]; hasMore: boolean };

/**
 * Jobs in the database: what is committed there is done at least once, by one worker at a time. It has no timers and takes
 * its connections from our pool, one statement at a time.
 */
export type JobQueue = AsyncDisposable & {
  /** Makes the queue of a name, or changes how its jobs are tried from now on. */
  define(name: string, options: TryOptions): Promise<void>;
  /** Adds jobs in the transaction of `sql`, all or none. What nobody defined yet is tried as usual. Throws JobRefusedError. */
  insert(sql: Sql, jobs: readonly NewJob[]): Promise<void>;
  /** Makes a dead letter of a job that is refused, in the transaction of `sql`. */
  bury(sql: Sql, job: NewJob, reason: string): Promise<void>;
  /** Since when jobs of a name are made by this schedule: `cron` is kept for people to read. */
  schedule(name: string, cron: string): Promise<Date>;

  /** Which of these names have a job to be done now. */
  ready(names: readonly string[]): Promise<string[]>;
  /** Gives up to `limit` jobs to this worker, which nobody else gets until it is through with them, or dead. */
  take(name: string, workerId: string, limit: number): Promise<TakenJob[]>;
  /** False: the worker did not have this try any more, and nothing was done. */
  complete(job: TakenJob, workerId: string): Promise<boolean>;
  /** What became of it; null: the worker did not have this try any more, and nothing was done. */
  fail(job: TakenJob, workerId: string, error: unknown): Promise<'RETRYING' | 'FAILED' | null>;
  /** Gives back what this worker has, as if it had not been begun. */
  giveBack(workerId: string): Promise<void>;
  /** Says that this worker lives, and answers the ids of what it still has. */
  beat(workerId: string): Promise<string[]>;
  /** Who has jobs at the moment. */
  workers(): Promise<string[]>;
  /** Fails the tries of a worker who is gone. Any number of processes may find out at once. */
  failAllOf(workerId: string): Promise<void>;
  /** Fails tries whose worker stands still, and removes what is kept no longer. One process does it at a time. */
  supervise(): Promise<void>;

  /** Newest first. */
  list(query: JobQuery & { state: JobState | null }): Promise<JobPage>;
  /** What failed for good and nobody has looked after, newest first. */
  dead(query: JobQuery): Promise<JobPage>;
  find(sql: Sql, id: string): Promise<Job | null>;
  /** Has what failed for good, or was canceled, tried anew, as often as the first time; false: it is neither. Throws JobRefusedError. */
  retry(sql: Sql, id: string): Promise<boolean>;
  /** Nobody does it any more; who is at it is told. Takes a dead letter off the list. False: there was nothing to cancel. */
  cancel(sql: Sql, id: string): Promise<boolean>;
};
