import type { ErrorCode } from '../generated/types.ts';
import {
  AuthenticationError,
  ConflictError,
  InvalidRequestError,
  NotFoundError,
  PermissionDeniedError,
  PlanLimitError,
  RateLimitError,
  ServerError,
} from './server-errors.ts';
import type { ErrorFacts, SightlineError } from './sightline-error.ts';

type ErrorClass = new (message: string, facts: ErrorFacts) => SightlineError;

// A code without a line here is the caller's mistake, or ours when the server calls it retryable.
const classes: Partial<Record<ErrorCode, ErrorClass>> = {
  UNAUTHENTICATED: AuthenticationError,
  CREDENTIALS_INVALID: AuthenticationError,
  FORBIDDEN: PermissionDeniedError,
  EMAIL_NOT_VERIFIED: PermissionDeniedError,
  SOURCE_PATH_REFUSED: PermissionDeniedError,
  LINK_INVALID: PermissionDeniedError,
  NOT_FOUND: NotFoundError,
  EMAIL_TAKEN: ConflictError,
  SOURCE_NAME_TAKEN: ConflictError,
  UPLOAD_INCOMPLETE: ConflictError,
  PLAN_LIMIT_REACHED: PlanLimitError,
  RATE_LIMITED: RateLimitError,
  TOO_MANY_ATTEMPTS: RateLimitError,
  TOO_MANY_SUBSCRIPTIONS: RateLimitError,
  INTERNAL_SERVER_ERROR: ServerError,
  SERVICE_UNAVAILABLE: ServerError,
};

/** The one place that decides which class a server's refusal becomes, whatever transport it came over. */
export function chooseError(message: string, facts: ErrorFacts): SightlineError {
  const known = Object.hasOwn(classes, facts.code) ? classes[facts.code as ErrorCode] : undefined;
  const Class = known ?? classOfStatus(facts.status) ?? (facts.retryable ? ServerError : InvalidRequestError);
  return new Class(message, facts);
}

function classOfStatus(status: number | null | undefined): ErrorClass | undefined {
  if (!status || status < 400) return undefined;
  if (status >= 500) return ServerError;
  if (status === 401) return AuthenticationError;
  if (status === 403) return PermissionDeniedError;
  if (status === 404) return NotFoundError;
  if (status === 409) return ConflictError;
  return status === 429 ? RateLimitError : InvalidRequestError;
}
