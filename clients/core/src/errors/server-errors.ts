import { SightlineError } from './sightline-error.ts';

/** Nobody is signed in, or email, password, token or key is not right. Sign in again. */
export class AuthenticationError extends SightlineError {
  override get name(): string {
    return 'AuthenticationError';
  }
}

/** The caller is known, but may not do this. */
export class PermissionDeniedError extends SightlineError {
  override get name(): string {
    return 'PermissionDeniedError';
  }
}

/** There is no such thing, or none the caller may see. */
export class NotFoundError extends SightlineError {
  override get name(): string {
    return 'NotFoundError';
  }
}

/** What is asked for clashes with what exists: a taken name, an unfinished upload. */
export class ConflictError extends SightlineError {
  override get name(): string {
    return 'ConflictError';
  }
}

/** The request itself is wrong; `details.field` often says where. */
export class InvalidRequestError extends SightlineError {
  override get name(): string {
    return 'InvalidRequestError';
  }
}

/** The organization's plan allows no more; `details` holds `limit` and `allowed`. */
export class PlanLimitError extends SightlineError {
  override get name(): string {
    return 'PlanLimitError';
  }
}

/** Too many requests or subscriptions; `retryAfterMs` says how long to wait. */
export class RateLimitError extends SightlineError {
  override get name(): string {
    return 'RateLimitError';
  }
}

/** The server could not do it, through no fault of the caller. */
export class ServerError extends SightlineError {
  override get name(): string {
    return 'ServerError';
  }
}
