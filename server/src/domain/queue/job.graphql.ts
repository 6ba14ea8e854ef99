import { builder } from '../../graphql/builder.ts';
import { page } from '../../graphql/page.ts';
import type { Job, JobPage, JobState } from '../../ports/job-queue.ts';
import { InputInvalidError } from '../../errors/request-errors.ts';
import { cursorOf } from './jobs.service.ts';

const JobStateEnum = builder.enumType('JobState', {
  description: 'What has become of a job.',
  values: {
    WAITING: { description: 'Nobody has begun it; perhaps its time has not come.' },
    RETRYING: { description: 'It failed, and is tried again.' },
    ACTIVE: {},
    DONE: {},
    CANCELED: {},
    FAILED: { description: 'For good: it is a dead letter.' },
  } satisfies Record<JobState, object>,
});

export const JobType = builder.objectRef<Job>('Job').implement({
  description: 'Work that is done after what asked for it. For operators of the installation.',
  fields: (t) => ({
    jobId: t.exposeString('id'),
    name: t.exposeString('name', { description: 'What is done, such as `events.months`.' }),
    state: t.field({ type: JobStateEnum, resolve: ({ state }) => state }),
    data: t.string({ description: 'What it is about, as JSON: ids.', resolve: ({ data }) => JSON.stringify(data) }),
    attemptCount: t.exposeInt('attemptCount', { description: 'How often it was begun.' }),
    attemptsMax: t.exposeInt('attemptsMax', { description: 'How often it is begun before it has failed for good.' }),
    error: t.exposeString('error', { nullable: true, description: 'Why it failed the last time.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'It is not begun before this.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When it was begun last.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true }),
    workerId: t.exposeString('workerId', { nullable: true, description: 'The process that began it last.' }),
  }),
});

const JobConnection = builder.connectionObject({ type: JobType, name: 'JobConnection' }, { name: 'JobEdge' });

type Paging = { first?: number | null | undefined; after?: string | null | undefined };

/** Pages go one way: what is older comes later. Throws INPUT_INVALID. */
function readPaging({ first, after }: Paging) {
  const size = Math.min(first ?? page.defaultSize, page.maxSize);
  if (size < 0) throw new InputInvalidError('first', 'A page cannot be smaller than 0.');
  return { first: size, after: after ?? null };
}

function connectionOf({ jobs, hasMore }: JobPage, after: string | null) {
  const edges = jobs.map(({ place, ...node }) => ({ cursor: cursorOf(place), node }));
  return {
    edges,
    pageInfo: {
      hasNextPage: hasMore,
      hasPreviousPage: after !== null,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

builder.queryField('jobs', (t) =>
  t.withAuth({ operator: true }).field({
    type: JobConnection,
    complexity: page.complexity,
    description: 'Jobs of the installation, newest first. For its operators.',
    args: {
      state: t.arg({ type: JobStateEnum }),
      name: t.arg.string(),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { state = null, name = null, ...paging }, { services }) => {
      const asked = readPaging(paging);
      return connectionOf(await services.queuedJobs.list({ state, name, ...asked }), asked.after);
    },
  }),
);

builder.queryField('deadJobs', (t) =>
  t.withAuth({ operator: true }).field({
    type: JobConnection,
    complexity: page.complexity,
    description: 'Jobs that failed for good and that nobody has looked after yet, the latest first. For operators.',
    args: { name: t.arg.string(), first: t.arg.int(), after: t.arg.string() },
    resolve: async (_root, { name = null, ...paging }, { services }) => {
      const asked = readPaging(paging);
      return connectionOf(await services.queuedJobs.dead({ name, ...asked }), asked.after);
    },
  }),
);

const RetryJobInput = builder.inputType('RetryJobInput', { fields: (t) => ({ jobId: t.string({ required: true }) }) });
const CancelJobInput = builder.inputType('CancelJobInput', {
  fields: (t) => ({ jobId: t.string({ required: true }) }),
});

const jobPayload = (name: string) =>
  builder
    .objectRef<{ job: Job }>(name)
    .implement({ fields: (t) => ({ job: t.field({ type: JobType, resolve: ({ job }) => job }) }) });

const RetryJobPayload = jobPayload('RetryJobPayload');
const CancelJobPayload = jobPayload('CancelJobPayload');

builder.mutationField('retryJob', (t) =>
  t.withAuth({ operator: true }).field({
    type: RetryJobPayload,
    description:
      'Has a job that failed for good, or was canceled, tried anew, as often as the first time. For operators. Throws NOT_FOUND, JOB_NOT_FAILED.',
    args: { input: t.arg({ type: RetryJobInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => ({
      job: await services.queuedJobs.retry({ userId: viewer.userId, requestId }, input.jobId.toLowerCase()),
    }),
  }),
);

builder.mutationField('cancelJob', (t) =>
  t.withAuth({ operator: true }).field({
    type: CancelJobPayload,
    description:
      'Has nobody do a job any more; one that runs is told to stop, and a dead letter is put away. For operators. Throws NOT_FOUND.',
    args: { input: t.arg({ type: CancelJobInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => ({
      job: await services.queuedJobs.cancel({ userId: viewer.userId, requestId }, input.jobId.toLowerCase()),
    }),
  }),
);
