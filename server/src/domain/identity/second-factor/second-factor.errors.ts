import { DomainError } from '../../../errors/domain-error.ts';

/** A code that is wrong, over or used: deliberately the same answer. */
export class SecondFactorInvalidError extends DomainError {
  readonly code = 'SECOND_FACTOR_INVALID';
  constructor() {
    super('This code is wrong, is over, or was used already.');
  }
}

/** There is an authenticator already; a second one would let somebody in who took over a screen. */
export class SecondFactorEnabledError extends DomainError {
  readonly code = 'SECOND_FACTOR_ENABLED';
  constructor() {
    super('There is a second factor already. Switch it off first.');
  }
}
