import { DomainError } from './domain-error.ts';

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
