import type { ErrorCode } from './codes.ts';
import { DomainError } from './domain-error.ts';

/** Nobody is signed in, or the token or key is unknown, expired or revoked. */
export class UnauthenticatedError extends DomainError {
  readonly code = 'UNAUTHENTICATED';
  constructor(internal: Record<string, unknown> = {}) {
    super('Sign in, or send a valid token or API key.', internal);
  }
}

/** The viewer may know the thing exists, but not do this with it. */
export class ForbiddenError extends DomainError {
  readonly code = 'FORBIDDEN';
  constructor(permission: string) {
    super(`This needs the permission “${permission}”.`, { permission });
  }
}

/** No such thing, or none this viewer may see: deliberately the same answer. */
export class NotFoundError extends DomainError {
  readonly code = 'NOT_FOUND';
  constructor(kind: string, id: string) {
    super(`${kind} not found.`, { kind, id });
  }
}

/** A value in the input that no rule of the schema could refuse; names its field. */
export class InputInvalidError extends DomainError {
  readonly code = 'INPUT_INVALID';
  readonly field: string;
  constructor(field: string, message: string) {
    super(message, { field });
    this.field = field;
  }
}

/** A part the request needs is down or still starting. */
export class ServiceUnavailableError extends DomainError {
  readonly code = 'SERVICE_UNAVAILABLE';
  constructor(part: string, cause?: unknown) {
    super(`${part} is not available right now. Try again in a moment.`, { part }, cause);
  }
}

/** The transport will not take the request: too large, wrong kind, too slow. */
export class RequestRefusedError extends DomainError {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
