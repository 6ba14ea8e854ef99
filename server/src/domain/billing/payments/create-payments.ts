import { createPaymentChanges } from './payment-changes.ts';
import { createPaymentsService } from './payments.service.ts';

type Deps = Omit<Parameters<typeof createPaymentsService>[0], 'changes'> & Parameters<typeof createPaymentChanges>[0];

/** Payments, by whichever provider there is. */
export const createPayments = ({ apply, onFailed, ...deps }: Deps) =>
  createPaymentsService({ ...deps, changes: createPaymentChanges({ apply, onFailed }) });
