import { DomainError } from '../../errors/domain-error.ts';

/** There is no such step from where the subscription is. */
export class SubscriptionChangeRefusedError extends DomainError {
  readonly code = 'SUBSCRIPTION_CHANGE_REFUSED';
}

/** A bill was not paid, also not within its grace. */
export class PaymentRequiredError extends DomainError {
  readonly code = 'PAYMENT_REQUIRED';
  constructor() {
    super('A bill of this organization is not paid, and its time of grace is over.');
  }
}
