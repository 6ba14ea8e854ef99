import { none } from '../access-case.ts';
import type { AccessCases } from '../access-case.ts';

/** Root fields of what is used and what it costs. None of them takes an id: they are about the viewer's organization. */
export const usageCases: AccessCases = {
  'Query.usage': { access: 'read', needs: 'billing:read', variables: () => ({ filter: { groupBy: 'KEY' } }) },
  'Query.topConsumers': { access: 'read', needs: 'billing:read', variables: () => ({ by: 'SOURCE' }) },
  'Query.costSoFar': { access: 'read', needs: 'billing:read', variables: none },
  'Query.forecast': { access: 'read', needs: 'billing:read', variables: none },
  'Subscription.usageLive': { access: 'read', needs: 'billing:read', variables: none },
};
