/**
 * Every code a caller can meet, on every transport. Clients branch on these, never on message text.
 * `status` is the HTTP status, `retryable` says whether the same request can succeed later unchanged.
 * Each has a heading in `docs/errors.md`, which is the page its `docs` link points to.
 */
export const errorCodes = {
  // Reading the request
  BAD_REQUEST: { status: 400, retryable: false },
  BODY_TOO_LARGE: { status: 413, retryable: false },
  BATCHING_NOT_SUPPORTED: { status: 400, retryable: false },
  GRAPHQL_PARSE_FAILED: { status: 400, retryable: false },
  GRAPHQL_VALIDATION_FAILED: { status: 400, retryable: false },
  QUERY_TOO_COMPLEX: { status: 400, retryable: false },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false },
  NOT_ACCEPTABLE: { status: 406, retryable: false },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, retryable: false },
  REQUEST_TIMEOUT: { status: 408, retryable: true },
  INPUT_INVALID: { status: 400, retryable: false },
  // Who is asking
  UNAUTHENTICATED: { status: 401, retryable: false },
  FORBIDDEN: { status: 403, retryable: false },
  EMAIL_TAKEN: { status: 409, retryable: false },
  CREDENTIALS_INVALID: { status: 401, retryable: false },
  // What is asked for
  NOT_FOUND: { status: 404, retryable: false },
  SOURCE_NAME_TAKEN: { status: 409, retryable: false },
  SOURCE_PATH_REFUSED: { status: 403, retryable: false },
  SOURCE_EMPTY: { status: 422, retryable: false },
  UPLOAD_INCOMPLETE: { status: 409, retryable: true },
  UPLOAD_MISMATCH: { status: 400, retryable: false },
  FILE_TYPE_REFUSED: { status: 415, retryable: false },
  LINK_INVALID: { status: 403, retryable: false },
  PIPELINE_UNKNOWN: { status: 422, retryable: false },
  CURSOR_INVALID: { status: 400, retryable: false },
  // Limits
  PLAN_LIMIT_REACHED: { status: 402, retryable: false },
  RATE_LIMITED: { status: 429, retryable: true },
  TOO_MANY_SUBSCRIPTIONS: { status: 429, retryable: true },
  // Ours
  INTERNAL_SERVER_ERROR: { status: 500, retryable: true },
  SERVICE_UNAVAILABLE: { status: 503, retryable: true },
  DEADLINE_EXCEEDED: { status: 504, retryable: true },
} as const satisfies Record<string, { status: number; retryable: boolean }>;

export type ErrorCode = keyof typeof errorCodes;
