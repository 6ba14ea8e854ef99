import { input, none } from '../access-case.ts';
import type { AccessCases } from '../access-case.ts';

/** Root fields of what people look at all day. */
export const analyticsCases: AccessCases = {
  'Query.dashboard': { access: 'read', needs: 'read', variables: none },
  'Subscription.presence': {
    access: 'read',
    needs: 'read',
    variables: (victim) => ({ sourceId: victim.ids['Source'] }),
  },
  'Mutation.setActivity': {
    access: 'read',
    needs: 'read',
    onlyPeople: true,
    variables: input((victim) => ({ sourceId: victim.ids['Source'], activity: 'typing' })),
  },
};
