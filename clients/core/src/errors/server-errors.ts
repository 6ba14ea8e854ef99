import { SightlineError } from './sightline-error.ts';

/** Nobody is signed in, or email, password, token or key is not right. Sign in again. */
export class AuthenticationError extends SightlineError {}

/** The caller is known, but may not do this. */
export class PermissionDeniedError extends SightlineError {}

/** There is no such thing, or none the caller may see. */
export class NotFoundError extends SightlineError {}

/** What is asked for clashes with what exists: a taken name, an unfinished upload. */
export class ConflictError extends SightlineError {}

/** The request itself is wrong; `details.field` often says where. */
export class InvalidRequestError extends SightlineError {}

/** The organization's plan allows no more; `details` holds `limit` and `allowed`. */
export class PlanLimitError extends SightlineError {}

/** Too many requests or subscriptions; `retryAfterMs` says how long to wait. */
export class RateLimitError extends SightlineError {}

/** The server could not do it, through no fault of the caller. */
export class ServerError extends SightlineError {}
