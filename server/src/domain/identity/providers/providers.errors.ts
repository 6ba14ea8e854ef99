import { DomainError } from '../../../errors/domain-error.ts';

/** The answer of another issuer does not prove who somebody is. Why is for the log: the caller may be who forged it. */
export class IdentityRefusedError extends DomainError {
  readonly code = 'IDENTITY_REFUSED';
  constructor(reason: string, cause?: unknown) {
    super('The answer of the identity provider was refused. Begin again.', { reason }, cause);
  }
}

/** The identity is somebody else's way in. */
export class IdentityTakenError extends DomainError {
  readonly code = 'IDENTITY_TAKEN';
  constructor() {
    super('This identity belongs to another user.');
  }
}
