import { DomainError } from '../../../errors/domain-error.ts';

/** The refresh token is unknown, over or revoked. */
export class RefreshTokenInvalidError extends DomainError {
  readonly code = 'REFRESH_TOKEN_INVALID';
  constructor(internal: Record<string, unknown> = {}) {
    super('This refresh token is not valid, or no longer. Sign in again.', internal);
  }
}

/** A refresh token came that was replaced long ago: its whole sign-in has ended, for somebody may have copied it. */
export class RefreshTokenReusedError extends DomainError {
  readonly code = 'REFRESH_TOKEN_REUSED';
  constructor(internal: Record<string, unknown> = {}) {
    super('This refresh token was replaced before, so the sign-in was ended everywhere. Sign in again.', internal);
  }
}
