import type { AccessCases } from '../access-case.ts';

const startSession = `mutation ($input: StartSessionInput!) {
  startSession(input: $input) { ... on StartSessionPayload { session { id } } ... on UserError { code } }
}`;

/** What is tried out is tried out as who asks: a stranger's source is no more there than otherwise. */
export const estimateCases: AccessCases = {
  'Query.estimate': {
    access: 'read',
    needs: 'read',
    variables: (victim) => ({
      operation: startSession,
      variables: JSON.stringify({ input: { sourceId: victim.ids['Source'] } }),
    }),
    // Something that says why it is refused.
    ownVariables: () => ({ operation: '{ nothing }' }),
  },
  'Query.estimateSession': {
    access: 'read',
    needs: 'read',
    variables: (victim) => ({ input: { sourceId: victim.ids['Source'] }, seconds: 60 }),
  },
};
