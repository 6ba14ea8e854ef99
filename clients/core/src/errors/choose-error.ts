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

// All of them: a code that the server gets and that has no line here is a mistake of types.
const classes: Record<ErrorCode, ErrorClass> = {
  BAD_REQUEST: InvalidRequestError,
  BODY_TOO_LARGE: InvalidRequestError,
  BATCHING_NOT_SUPPORTED: InvalidRequestError,
  GRAPHQL_PARSE_FAILED: InvalidRequestError,
  GRAPHQL_VALIDATION_FAILED: InvalidRequestError,
  QUERY_TOO_COMPLEX: InvalidRequestError,
  HEADERS_TOO_LARGE: InvalidRequestError,
  METHOD_NOT_ALLOWED: InvalidRequestError,
  NOT_ACCEPTABLE: InvalidRequestError,
  UNSUPPORTED_MEDIA_TYPE: InvalidRequestError,
  REQUEST_TIMEOUT: InvalidRequestError,
  INPUT_INVALID: InvalidRequestError,
  UNAUTHENTICATED: AuthenticationError,
  FORBIDDEN: PermissionDeniedError,
  EMAIL_TAKEN: ConflictError,
  CREDENTIALS_INVALID: AuthenticationError,
  EMAIL_NOT_VERIFIED: PermissionDeniedError,
  PASSWORD_REFUSED: InvalidRequestError,
  TOKEN_INVALID: InvalidRequestError,
  TOO_MANY_ATTEMPTS: RateLimitError,
  SECOND_FACTOR_INVALID: AuthenticationError,
  SECOND_FACTOR_ENABLED: ConflictError,
  STEP_UP_REQUIRED: PermissionDeniedError,
  IDENTITY_REFUSED: AuthenticationError,
  IDENTITY_TAKEN: ConflictError,
  REFRESH_TOKEN_INVALID: AuthenticationError,
  REFRESH_TOKEN_REUSED: AuthenticationError,
  CSRF_REFUSED: PermissionDeniedError,
  ORIGIN_REFUSED: PermissionDeniedError,
  SCOPE_MISSING: PermissionDeniedError,
  KEY_ADDRESS_REFUSED: PermissionDeniedError,
  AUTHORIZATION_PENDING: RateLimitError,
  SLOW_DOWN: RateLimitError,
  EXPIRED_TOKEN: InvalidRequestError,
  ACCESS_DENIED: PermissionDeniedError,
  INVALID_GRANT: InvalidRequestError,
  UNSUPPORTED_GRANT_TYPE: InvalidRequestError,
  ALREADY_MEMBER: ConflictError,
  LAST_OWNER: ConflictError,
  TEAM_NAME_TAKEN: ConflictError,
  ROLE_NAME_TAKEN: ConflictError,
  ERASURE_BLOCKED: ConflictError,
  NOT_FOUND: NotFoundError,
  SOURCE_NAME_TAKEN: ConflictError,
  SOURCE_PATH_REFUSED: PermissionDeniedError,
  SOURCE_EMPTY: InvalidRequestError,
  UPLOAD_INCOMPLETE: ConflictError,
  UPLOAD_MISMATCH: InvalidRequestError,
  FILE_TYPE_REFUSED: InvalidRequestError,
  URL_REFUSED: InvalidRequestError,
  LINK_INVALID: PermissionDeniedError,
  PIPELINE_UNKNOWN: InvalidRequestError,
  CURSOR_INVALID: InvalidRequestError,
  BATCH_OUT_OF_ORDER: ConflictError,
  JOB_NOT_FAILED: ConflictError,
  PLAN_LIMIT_REACHED: PlanLimitError,
  QUOTA_EXCEEDED: RateLimitError,
  PAYMENT_REQUIRED: PlanLimitError,
  PAYMENT_FAILED: PlanLimitError,
  SUBSCRIPTION_CHANGE_REFUSED: ConflictError,
  INVOICE_CHANGE_REFUSED: ConflictError,
  WEBHOOK_REFUSED: InvalidRequestError,
  IDEMPOTENCY_KEY_REUSED: InvalidRequestError,
  IDEMPOTENCY_IN_FLIGHT: ConflictError,
  SANDBOX_ONLY: PermissionDeniedError,
  KEY_LIMIT_REACHED: RateLimitError,
  RATE_LIMITED: RateLimitError,
  TOO_MANY_SUBSCRIPTIONS: RateLimitError,
  READER_TOO_SLOW: RateLimitError,
  INGEST_BUSY: ServerError,
  INTERNAL_SERVER_ERROR: ServerError,
  SERVICE_UNAVAILABLE: ServerError,
  DEADLINE_EXCEEDED: ServerError,
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
