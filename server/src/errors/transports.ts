import type { ErrorCode } from './codes.ts';

/** The ways on which callers are told of errors, by the words of `docs/errors.md`. */
export const transports = {
  /** A type of a result union, whichever way the operation came. */
  result: 'result unions',
  /** `errors` of the answer to an operation over HTTP. */
  graphql: 'graph over HTTP',
  /** The same to whoever accepts `text/event-stream`. */
  sse: 'event streams',
  /** A message on a WebSocket: `error`, or `next` with `errors`. */
  websocket: 'WebSocket messages',
  /** The reason with which a WebSocket is closed. */
  close: 'WebSocket close reasons',
  /** RFC 9457, by this server. */
  rest: 'REST',
  /** RFC 6749, of the routes below `/oauth`. */
  oauth: 'OAuth',
} as const;

export type Transport = keyof typeof transports;

/** Any operation may be sent in these three ways, and what its resolvers throw is told alike. */
const graph = ['graphql', 'sse', 'websocket'] as const;

/**
 * Where each code can occur. `test/contract/errors-provoked.test.ts` provokes every one of them on a real server, and
 * `npm run generate` writes them into `docs/errors.md`. Whoever throws a code somewhere else adds that here.
 */
export const occursOn: Readonly<Record<ErrorCode, readonly Transport[]>> = {
  BAD_REQUEST: ['graphql', 'sse', 'close', 'rest', 'oauth'],
  BODY_TOO_LARGE: ['graphql', 'sse', 'close', 'rest', 'oauth'],
  BATCHING_NOT_SUPPORTED: ['graphql', 'sse'],
  DOCUMENT_UNKNOWN: graph,
  GRAPHQL_PARSE_FAILED: graph,
  GRAPHQL_VALIDATION_FAILED: graph,
  QUERY_TOO_COMPLEX: graph,
  // Nothing is known of the request yet, not even its path.
  HEADERS_TOO_LARGE: ['rest'],
  METHOD_NOT_ALLOWED: ['graphql', 'sse', 'rest'],
  NOT_ACCEPTABLE: ['graphql', 'close'],
  UNSUPPORTED_MEDIA_TYPE: ['graphql', 'sse', 'rest', 'oauth'],
  REQUEST_TIMEOUT: ['graphql', 'sse', 'close', 'rest', 'oauth'],
  INPUT_INVALID: [...graph, 'rest', 'oauth'],

  UNAUTHENTICATED: [...graph, 'close', 'rest'],
  FORBIDDEN: [...graph, 'close'],
  EMAIL_TAKEN: ['result'],
  CREDENTIALS_INVALID: ['result', 'rest'],
  EMAIL_NOT_VERIFIED: ['result', 'rest'],
  PASSWORD_REFUSED: ['result'],
  TOKEN_INVALID: ['result', 'rest'],
  TOO_MANY_ATTEMPTS: ['result', ...graph, 'rest', 'oauth'],
  SECOND_FACTOR_INVALID: ['result', 'rest'],
  SECOND_FACTOR_ENABLED: ['result'],
  STEP_UP_REQUIRED: graph,
  IDENTITY_REFUSED: ['result', 'rest'],
  IDENTITY_TAKEN: ['result'],
  REFRESH_TOKEN_INVALID: ['result', 'rest', 'oauth'],
  REFRESH_TOKEN_REUSED: ['result', 'rest', 'oauth'],
  CSRF_REFUSED: ['graphql', 'sse', 'rest'],
  ORIGIN_REFUSED: ['graphql', 'sse', 'close', 'rest'],
  SCOPE_MISSING: graph,
  KEY_ADDRESS_REFUSED: ['graphql', 'sse', 'close'],

  AUTHORIZATION_PENDING: ['oauth'],
  SLOW_DOWN: ['oauth'],
  EXPIRED_TOKEN: ['oauth'],
  ACCESS_DENIED: ['oauth'],
  INVALID_GRANT: ['oauth'],
  UNSUPPORTED_GRANT_TYPE: ['oauth'],

  ALREADY_MEMBER: ['result', 'rest'],
  LAST_OWNER: ['result'],
  TEAM_NAME_TAKEN: ['result'],
  ROLE_NAME_TAKEN: ['result'],
  ERASURE_BLOCKED: ['result'],

  NOT_FOUND: [...graph, 'rest'],
  SOURCE_NAME_TAKEN: ['result'],
  SOURCE_PATH_REFUSED: ['result'],
  SOURCE_EMPTY: ['result'],
  UPLOAD_INCOMPLETE: ['result'],
  UPLOAD_MISMATCH: ['rest'],
  FILE_TYPE_REFUSED: ['result'],
  URL_REFUSED: [],
  LINK_INVALID: ['rest'],
  PIPELINE_UNKNOWN: ['result'],
  CURSOR_INVALID: graph,

  PLAN_LIMIT_REACHED: ['result', 'sse', 'close', 'rest'],
  QUOTA_EXCEEDED: [],
  PAYMENT_REQUIRED: ['result'],
  PAYMENT_FAILED: ['result'],
  SUBSCRIPTION_CHANGE_REFUSED: ['result'],
  INVOICE_CHANGE_REFUSED: ['result'],
  WEBHOOK_REFUSED: ['rest'],
  IDEMPOTENCY_KEY_REUSED: [...graph, 'rest', 'oauth'],
  IDEMPOTENCY_IN_FLIGHT: [...graph, 'rest', 'oauth'],
  SANDBOX_ONLY: [...graph],
  KEY_LIMIT_REACHED: [...graph, 'close'],
  RATE_LIMITED: [...graph, 'rest', 'oauth'],
  TOO_MANY_SUBSCRIPTIONS: ['websocket'],
  READER_TOO_SLOW: ['close'],
  // Announced: whoever throws them first says where.
  INGEST_BUSY: ['rest'],
  BATCH_OUT_OF_ORDER: ['result', 'rest'],
  JOB_NOT_FAILED: graph,

  INTERNAL_SERVER_ERROR: [...graph, 'close', 'rest'],
  SERVICE_UNAVAILABLE: [...graph, 'close', 'rest'],
  DEADLINE_EXCEEDED: [...graph, 'close', 'rest'],
};
