import { ConfigurationError } from '@sightline/core';

/** The tokens of a sign-in are kept nowhere: it works until the program ends, and the next start has to sign in again. */
export class SignInNotKeptError extends ConfigurationError {
  override readonly cause: unknown;
  constructor(cause: unknown) {
    super('The sign-in could not be kept: the next start has to sign in again. Look at what keeps secrets here.');
    this.cause = cause;
  }
}
