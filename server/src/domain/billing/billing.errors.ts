import { DomainError } from '../../errors/domain-error.ts';

/** The organization's plan allows no more of this. */
export class PlanLimitReachedError extends DomainError {
  readonly code = 'PLAN_LIMIT_REACHED';
  readonly limit: string;
  readonly allowed: number;
  constructor(limit: string, allowed: number, what: string) {
    super(`Your plan allows ${what}.`, { limit, allowed });
    this.limit = limit;
    this.allowed = allowed;
  }
}

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
