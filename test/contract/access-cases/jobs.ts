import { input, none } from '../access-case.ts';
import type { AccessCases } from '../access-case.ts';

const job = input(() => ({ jobId: '00000000-0000-4000-8000-000000000000' }));

/** Root fields of jobs: for operators of the installation, whom no organization makes. */
export const jobCases: AccessCases = {
  'Query.jobs': {
    ...{ access: 'write', needs: 'operator', variables: none },
    elsewhere: ['Job', 'JobConnection', 'JobEdge'],
  },
  'Query.deadJobs': { access: 'write', needs: 'operator', variables: none, elsewhere: ['Query.deadJobs'] },
  'Mutation.retryJob': { access: 'write', needs: 'operator', variables: job, elsewhere: ['RetryJobPayload'] },
  'Mutation.cancelJob': { access: 'write', needs: 'operator', variables: job, elsewhere: ['CancelJobPayload'] },
};
