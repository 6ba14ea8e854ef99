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
  HEADERS_TOO_LARGE: { status: 431, retryable: false },
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
  EMAIL_NOT_VERIFIED: { status: 403, retryable: false },
  PASSWORD_REFUSED: { status: 422, retryable: false },
  TOKEN_INVALID: { status: 400, retryable: false },
  TOO_MANY_ATTEMPTS: { status: 429, retryable: true },
  SECOND_FACTOR_INVALID: { status: 401, retryable: false },
  SECOND_FACTOR_ENABLED: { status: 409, retryable: false },
  STEP_UP_REQUIRED: { status: 403, retryable: false },
  IDENTITY_REFUSED: { status: 401, retryable: false },
  IDENTITY_TAKEN: { status: 409, retryable: false },
  REFRESH_TOKEN_INVALID: { status: 401, retryable: false },
  REFRESH_TOKEN_REUSED: { status: 401, retryable: false },
  CSRF_REFUSED: { status: 403, retryable: false },
  ORIGIN_REFUSED: { status: 403, retryable: false },
  SCOPE_MISSING: { status: 403, retryable: false },
  KEY_ADDRESS_REFUSED: { status: 403, retryable: false },
  // Letting in a device, with the names of RFC 8628 and RFC 6749
  AUTHORIZATION_PENDING: { status: 400, retryable: true },
  SLOW_DOWN: { status: 400, retryable: true },
  EXPIRED_TOKEN: { status: 400, retryable: false },
  ACCESS_DENIED: { status: 400, retryable: false },
  INVALID_GRANT: { status: 400, retryable: false },
  UNSUPPORTED_GRANT_TYPE: { status: 400, retryable: false },
  // Members, teams, roles
  ALREADY_MEMBER: { status: 409, retryable: false },
  LAST_OWNER: { status: 409, retryable: false },
  TEAM_NAME_TAKEN: { status: 409, retryable: false },
  ROLE_NAME_TAKEN: { status: 409, retryable: false },
  ERASURE_BLOCKED: { status: 409, retryable: false },
  // What is asked for
  NOT_FOUND: { status: 404, retryable: false },
  SOURCE_NAME_TAKEN: { status: 409, retryable: false },
  SOURCE_PATH_REFUSED: { status: 403, retryable: false },
  SOURCE_EMPTY: { status: 422, retryable: false },
  UPLOAD_INCOMPLETE: { status: 409, retryable: true },
  UPLOAD_MISMATCH: { status: 400, retryable: false },
  FILE_TYPE_REFUSED: { status: 415, retryable: false },
  URL_REFUSED: { status: 422, retryable: false },
  LINK_INVALID: { status: 403, retryable: false },
  PIPELINE_UNKNOWN: { status: 422, retryable: false },
  CURSOR_INVALID: { status: 400, retryable: false },
  // Limits
  PLAN_LIMIT_REACHED: { status: 402, retryable: false },
  KEY_LIMIT_REACHED: { status: 429, retryable: true },
  RATE_LIMITED: { status: 429, retryable: true },
  TOO_MANY_SUBSCRIPTIONS: { status: 429, retryable: true },
  READER_TOO_SLOW: { status: 408, retryable: true },
  // Ours
  INTERNAL_SERVER_ERROR: { status: 500, retryable: true },
  SERVICE_UNAVAILABLE: { status: 503, retryable: true },
  DEADLINE_EXCEEDED: { status: 504, retryable: true },
} as const satisfies Record<string, { status: number; retryable: boolean }>;

export type ErrorCode = keyof typeof errorCodes;
