import { input, none } from '../access-case.ts';
import type { AccessCases } from '../access-case.ts';

/** Root fields of what people are told in the product. */
export const notificationCases: AccessCases = {
  'Query.notifications': { access: 'read', needs: 'signedIn', onlyPeople: true, variables: none },
  'Query.unreadCount': { access: 'read', needs: 'signedIn', onlyPeople: true, variables: none },
  'Mutation.markNotificationsRead': {
    access: 'read',
    needs: 'signedIn',
    onlyPeople: true,
    variables: input((victim) => ({ ids: [victim.ids['Notification']] })),
  },
  'Subscription.notificationAdded': {
    access: 'read',
    needs: 'signedIn',
    onlyPeople: true,
    variables: none,
    elsewhere: ['Subscription.notificationAdded'],
  },
};
