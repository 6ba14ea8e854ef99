import { DomainError } from '../../errors/domain-error.ts';

/** The key was used for something else, or by somebody else. */
export class IdempotencyKeyReusedError extends DomainError {
  readonly code = 'IDEMPOTENCY_KEY_REUSED';
  constructor() {
    super('This idempotency key was used for another request.');
  }
}

/** A request with this key has not ended yet: whether it has an effect is not known. */
export class IdempotencyInFlightError extends DomainError {
  readonly code = 'IDEMPOTENCY_IN_FLIGHT';
  override readonly retryAfterMs = 100;
  constructor() {
    super('A request with this idempotency key is still running.');
  }
}
