import type { PrismaClient } from '@sightline/db/client';
import { NotFoundError, InputInvalidError } from '../../errors/request-errors.ts';
import { JobRefusedError } from '../../ports/job-queue.ts';
import type { Job, JobPage, JobPlace, JobQueue, JobState } from '../../ports/job-queue.ts';
import type { Sql } from '../../transaction.ts';
import { sqlOf } from '../../transaction.ts';
import type { Actor, AuditLog } from '../audit/audit-log.ts';
import { JobNotFailedError } from './jobs.errors.ts';

export type JobsService = ReturnType<typeof createJobsService>;

type Deps = {
  /** Of the system: jobs are nobody's. */
  db: PrismaClient;
  jobs: Pick<JobQueue, 'list' | 'dead' | 'find' | 'retry' | 'cancel'>;
  audit: Pick<AuditLog, 'record'>;
  /** Workers look now. */
  wake(): void;
};

export type JobListing = { name: string | null; state: JobState | null; first: number; after: string | null };

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const placeText = /^(\d{1,19}) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** What operators see of jobs, and may do with them. Who calls has made sure that it is one. */
export function createJobsService({ db, jobs, audit, wake }: Deps) {
  async function get(sql: Sql, id: string): Promise<Job> {
    const job = uuid.test(id) ? await jobs.find(sql, id) : null;
    if (!job) throw new NotFoundError('Job', id);
    return job;
  }

  /** One act on one job, with its entry in the log of nobody's organization. */
  function change(who: Who, action: string, id: string, act: (sql: Sql, job: Job) => Promise<void>): Promise<Job> {
    return db.$transaction(async (tx) => {
      const sql = sqlOf(tx);
      const before = await get(sql, id);
      await act(sql, before);
      const after = await get(sql, id);
      const actor: Actor = { organizationId: null, userId: who.userId, apiKeyId: null };
      const said = ({ name, state, attemptCount }: Job) => ({ name, state, attemptCount });
      const { requestId } = who;
      await audit.record(tx, actor, {
        ...{ action, targetType: 'Job', targetId: id, requestId, before: said(before), after: said(after) },
      });
      return after;
    });
  }

  return {
    /** Newest first. Throws INPUT_INVALID for a cursor that is none. */
    list: ({ first, after, ...query }: JobListing): Promise<JobPage> =>
      jobs.list({ ...query, limit: first, after: readCursor(after) }),

    /** What failed for good, the latest first. Throws INPUT_INVALID. */
    dead: ({ first, after, name }: Omit<JobListing, 'state'>): Promise<JobPage> =>
      jobs.dead({ name, limit: first, after: readCursor(after) }),

    /** Has a job that failed for good, or was canceled, tried anew. Throws NOT_FOUND, JOB_NOT_FAILED, and INPUT_INVALID for one that is refused. */
    async retry(who: Who, id: string): Promise<Job> {
      const job = await change(who, 'retryJob', id, async (sql) => {
        const isRetried = await jobs.retry(sql, id).catch((error: unknown) => {
          throw error instanceof JobRefusedError ? new InputInvalidError('id', 'The queue takes no such job.') : error;
        });
        if (!isRetried) throw new JobNotFailedError(id);
      });
      wake();
      return job;
    },

    /**
     * Nobody does it any more; one that runs is told to stop, and a dead letter is put away. Canceling what is over changes
     * nothing. Throws NOT_FOUND.
     */
    cancel: (who: Who, id: string): Promise<Job> =>
      change(who, 'cancelJob', id, async (sql) => void (await jobs.cancel(sql, id))),
  };
}

type Who = { userId: string | null; requestId: string };

export const cursorOf = ({ at, id }: JobPlace): string => Buffer.from(`${at} ${id}`).toString('base64url');

function readCursor(text: string | null): JobPlace | null {
  if (text === null) return null;
  const [, at, id] = placeText.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (at === undefined || id === undefined) throw new InputInvalidError('after', 'This is not a cursor of this list.');
  return { at, id };
}
