import { byId, none } from '../access-case.ts';
import type { AccessCases } from '../access-case.ts';

/** Root fields of bills and payments. */
export const billCases: AccessCases = {
  'Query.invoices': { access: 'read', needs: 'billing:read', variables: none },
  'Query.invoice': { access: 'read', needs: 'billing:read', variables: byId('Invoice') },
};
