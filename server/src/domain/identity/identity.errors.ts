import { DomainError } from '../../errors/domain-error.ts';

export class EmailTakenError extends DomainError {
  readonly code = 'EMAIL_TAKEN';
  constructor() {
    super('There is already a user with this email address. Sign in instead.');
  }
}

/** Wrong password and unknown address alike: the caller must not learn which. */
export class CredentialsInvalidError extends DomainError {
  readonly code = 'CREDENTIALS_INVALID';
  constructor() {
    super('The email address or the password is wrong.');
  }
}

/** What is asked for cannot be undone, and the last proof of who asks is too long ago, or it is a key that asks. */
export class StepUpRequiredError extends DomainError {
  readonly code = 'STEP_UP_REQUIRED';
  constructor() {
    super('Prove again that it is you, with your second factor or your password.');
  }
}
