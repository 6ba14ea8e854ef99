import type { Config } from '../config.ts';
import type { Payments } from '../ports/payments.ts';
import { manualPayments } from './manual-payments.ts';
import { createStripePayments } from './stripe-payments.ts';

/** Who moves the money: Stripe, or, where it is not configured, people by hand. */
export const createPaymentProvider = ({ payments }: Pick<Config, 'payments'>): Payments =>
  payments.kind === 'manual' ? manualPayments : createStripePayments(payments);
