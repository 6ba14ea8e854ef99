import type { Parts } from '../base-client.ts';
import type { Call } from '../call.ts';
import type { Job } from '../entities.ts';
import { CancelJobDocument, DeadJobsDocument, JobsDocument, RetryJobDocument } from '../generated/documents.ts';
import type { JobState } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { createPagedList } from '../pagination.ts';
import type { PagedList, PageOptions } from '../pagination.ts';
import { callOf } from '../transport/graphql.ts';

type Named = PageOptions & CallOptions & { /** What is done, such as `events.months`. */ name?: string | undefined };

/** What the server does by itself. For operators: everybody else gets PermissionDeniedError. */
export function createJobs({ graphql }: Pick<Parts, 'graphql'>) {
  return {
    list({ name, state, ...options }: Named & { state?: JobState | undefined } = {}): PagedList<Job> {
      return createPagedList(
        options,
        (window) => graphql(JobsDocument, { ...window, name: name ?? null, state: state ?? null }, options),
        (data) => data.jobs,
      );
    },

    /** Those that failed for good and that nobody has looked after yet, the latest first. */
    dead({ name, ...options }: Named = {}): PagedList<Job> {
      return createPagedList(
        options,
        (window) => graphql(DeadJobsDocument, { ...window, name: name ?? null }, options),
        (data) => data.deadJobs,
      );
    },

    /** Has one that failed for good, or was canceled, tried anew. Throws NotFoundError, ConflictError (JOB_NOT_FAILED). */
    retry(jobId: string, options?: CallOptions): Call<Job> {
      return callOf(graphql(RetryJobDocument, { input: { jobId } }, options), ({ data }) => data.retryJob.job);
    },

    /** Has nobody do it any more. Throws NotFoundError. */
    cancel(jobId: string, options?: CallOptions): Call<Job> {
      return callOf(graphql(CancelJobDocument, { input: { jobId } }, options), ({ data }) => data.cancelJob.job);
    },
  };
}
