import { byId, input, none } from '../access-case.ts';
import type { AccessCases } from '../access-case.ts';

const pays = { access: 'write', needs: 'billing:write', onlyPeople: true } as const;
const sees = { access: 'read', needs: 'billing:read' } as const;

/** Root fields of bills and payments. */
export const billCases: AccessCases = {
  'Query.invoices': { ...sees, variables: none },
  'Query.invoice': { ...sees, variables: byId('Invoice') },
  'Query.payments': { ...sees, variables: none },
  'Mutation.setBillingDetails': { ...pays, variables: input(() => ({ name: 'somebody' })) },
  'Mutation.openBillingPortal': { ...pays, variables: input(() => ({ returnTo: '/' })) },
  'Mutation.startCheckout': {
    ...pays,
    variables: input((victim) => ({ invoiceId: victim.ids['Invoice'], returnTo: '/' })),
  },
};
