import { randomUUID } from 'node:crypto';
import { byId, input, none } from './access-case.ts';
import type { AccessCases } from './access-case.ts';
import { accountCases } from './access-cases/accounts.ts';
import { analyticsCases } from './access-cases/analytics.ts';
import { billCases } from './access-cases/bills.ts';
import { billingCases } from './access-cases/billing.ts';
import { complianceCases } from './access-cases/compliance.ts';
import { edgeCases } from './access-cases/edge.ts';
import { estimateCases } from './access-cases/estimates.ts';
import { jobCases } from './access-cases/jobs.ts';
import { keyCases } from './access-cases/keys.ts';
import { notificationCases } from './access-cases/notifications.ts';
import { organizationCases } from './access-cases/organizations.ts';
import { sandboxCases } from './access-cases/sandbox.ts';
import { signInWayCases } from './access-cases/sign-in-ways.ts';
import { tokenCases } from './access-cases/tokens.ts';
import { usageCases } from './access-cases/usage.ts';

/**
 * One case for every root field: how to aim it at another organization. A field without a case fails the run, and so
 * does a type that no case reaches.
 */
export const accessCases: AccessCases = {
  'Query.viewer': { access: 'public', variables: none },
  'Query.node': { access: 'public', variables: (victim) => ({ id: victim.ids['*'] }), each: 'Node' },
  'Query.nodes': { access: 'public', variables: (victim) => ({ ids: [victim.ids['*']] }), each: 'Node' },
  'Query.featureFlags': { access: 'read', needs: 'read', variables: none },
  'Query.source': { access: 'read', needs: 'read', variables: byId('Source') },
  'Query.sources': { access: 'read', needs: 'read', variables: none },
  'Query.session': { access: 'read', needs: 'read', variables: byId('Session') },
  'Query.sessions': {
    access: 'read',
    needs: 'read',
    variables: (victim) => ({ filter: { sourceId: victim.ids['Source'] } }),
  },
  'Query.events': {
    access: 'read',
    needs: 'read',
    variables: (victim) => ({ filter: { sourceIds: [victim.ids['Source']], sessionIds: [victim.ids['Session']] } }),
  },
  'Query.archives': { access: 'read', needs: 'read', variables: none },
  'Query.eventStatistics': {
    access: 'read',
    needs: 'read',
    variables: (victim) => ({
      ...{ filter: { sourceIds: [victim.ids['Source']] }, grain: 'DAY', groupBy: 'SOURCE' },
      ...{ from: new Date(Date.now() - 86_400_000).toISOString(), to: new Date().toISOString() },
    }),
  },

  'Mutation.createUpload': {
    access: 'write',
    needs: 'sources:write',
    variables: input(() => ({ fileName: 'a.jpg', contentType: 'image/jpeg', byteSize: 4 })),
  },
  'Mutation.createSource': {
    access: 'write',
    needs: 'sources:write',
    variables: input((victim) => ({
      name: `taken ${Math.random()}`,
      kind: 'IMAGES',
      uploadIds: [victim.ids['Upload']],
    })),
  },
  'Mutation.startSession': {
    access: 'write',
    needs: 'sessions:write',
    variables: input((victim) => ({ sourceId: victim.ids['Source'] })),
  },
  'Mutation.stopSession': { access: 'write', needs: 'sessions:write', variables: input(byId('Session')) },
  'Mutation.recordCapture': {
    access: 'write',
    needs: 'sessions:write',
    variables: input((victim) => ({
      ...{ deviceId: randomUUID(), seq: 1, captureId: randomUUID(), sourceId: victim.ids['Source'] },
      ...{ startedAt: new Date().toISOString(), isLast: true },
    })),
  },

  'Subscription.eventFeed': {
    access: 'read',
    needs: 'read',
    // A feed in which nothing passes for long: test/realtime/fan-out.test.ts.
    elsewhere: ['FeedProgress'],
    variables: (victim) => ({ after: '0', filter: { sourceIds: [victim.ids['Source']] } }),
  },
  'Subscription.sessionChanged': { access: 'read', needs: 'read', variables: byId('Session') },
  ...accountCases,
  ...tokenCases,
  ...usageCases,
  ...analyticsCases,
  ...estimateCases,
  ...signInWayCases,
  ...organizationCases,
  ...complianceCases,
  ...keyCases,
  ...notificationCases,
  ...edgeCases,
  ...billingCases,
  ...billCases,
  ...sandboxCases,
  ...jobCases,
};
