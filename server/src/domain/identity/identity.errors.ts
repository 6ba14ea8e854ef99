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

/** The password was right; the address is still to be proved. Told to nobody who does not know the password. */
export class EmailNotVerifiedError extends DomainError {
  readonly code = 'EMAIL_NOT_VERIFIED';
  constructor() {
    super('Confirm your address first: open the link in the mail, or ask for another one.');
  }
}

/** A new password that others would guess, or already know. */
export class PasswordRefusedError extends DomainError {
  readonly code = 'PASSWORD_REFUSED';
}

/** A link or ticket that was used, is over, or never was one: deliberately the same answer. */
export class TokenInvalidError extends DomainError {
  readonly code = 'TOKEN_INVALID';
  constructor() {
    super('This link no longer works. Ask for a new one.');
  }
}

/** Tried too often for one account or from one place. Says nothing of whether there is such an account. */
export class TooManyAttemptsError extends DomainError {
  readonly code = 'TOO_MANY_ATTEMPTS';
  override readonly retryAfterMs: number;
  constructor(kind: string, retryAfterMs: number) {
    super('This was tried too often. Wait a while and try again.', { kind });
    this.retryAfterMs = Math.max(0, Math.ceil(retryAfterMs));
  }
}
