import { input, none } from '../access-case.ts';
import type { AccessCases } from '../access-case.ts';

const pays = { access: 'write', needs: 'billing:write' } as const;

/** Root fields of plans and subscriptions. None takes an id: they are about the caller's organization, whoever asks. */
export const billingCases: AccessCases = {
  'Query.plans': { access: 'public', variables: none },
  'Query.previewPlanChange': {
    access: 'read',
    needs: 'billing:read',
    variables: () => ({ planCode: 'business' }),
    // It has something to say between two plans only.
    elsewhere: ['PlanChange'],
  },
  // In an order in which each finds something to do.
  'Mutation.subscribe': { ...pays, onlyPeople: true, variables: input(() => ({ planCode: 'pro' })) },
  'Mutation.changePlan': { ...pays, onlyPeople: true, variables: input(() => ({ planCode: 'business', when: 'NOW' })) },
  'Mutation.resumeSubscription': { ...pays, onlyPeople: true, variables: none },
  'Mutation.cancelSubscription': { ...pays, onlyPeople: true, variables: input(() => ({ atPeriodEnd: true })) },
};
