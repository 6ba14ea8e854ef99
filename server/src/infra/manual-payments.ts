import { WebhookRefusedError } from '../errors/payment-errors.ts';
import type { Payments } from '../ports/payments.ts';

/** Bills are paid by transfer, and somebody notes it: `npm run invoices -- paid`. */
export const manualPayments: Payments = {
  kind: 'MANUAL',
  customer: async () => null,
  checkout: async () => null,
  portal: async () => null,
  charge: async () => null,
  verify() {
    throw new WebhookRefusedError({ reason: 'no provider' });
  },
};
