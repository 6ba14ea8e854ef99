/**
 * Every code a caller of the sidecar can meet. Clients branch on these, never on message text.
 * `status` is the HTTP status, `retryable` says whether the same request can succeed later unchanged.
 * Where the server's catalogue has the same code, status and meaning are the same.
 */
export const errorCodes = {
  // Reading the request
  INPUT_INVALID: { status: 400, retryable: false },
  BAD_REQUEST: { status: 400, retryable: false },
  BODY_TOO_LARGE: { status: 413, retryable: false },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, retryable: false },
  REQUEST_TIMEOUT: { status: 408, retryable: true },
  HEADERS_TOO_LARGE: { status: 431, retryable: false },
  FRAME_INVALID: { status: 400, retryable: false },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false },
  NOT_FOUND: { status: 404, retryable: false },
  // The picture
  IMAGE_MISSING: { status: 400, retryable: false },
  IMAGE_TYPE_REFUSED: { status: 415, retryable: false },
  IMAGE_UNREADABLE: { status: 422, retryable: false },
  IMAGE_TOO_LARGE: { status: 413, retryable: false },
  // The tensors
  TENSOR_INVALID: { status: 400, retryable: false },
  // Who is asking
  UNAUTHENTICATED: { status: 401, retryable: false },
  FORBIDDEN: { status: 403, retryable: false },
  KEY_ADDRESS_REFUSED: { status: 403, retryable: false },
  // Runs over a source
  PIPELINE_UNKNOWN: { status: 422, retryable: false },
  SOURCE_UNREADABLE: { status: 422, retryable: false },
  SOURCE_REFUSED: { status: 403, retryable: false },
  FFMPEG_MISSING: { status: 422, retryable: false },
  // Limits
  RATE_LIMITED: { status: 429, retryable: true },
  QUOTA_EXCEEDED: { status: 429, retryable: true },
  QUEUE_FULL: { status: 503, retryable: true },
  DEADLINE_EXCEEDED: { status: 504, retryable: true },
  // The model
  MODEL_NOT_READY: { status: 503, retryable: true },
  MODEL_FETCH_FAILED: { status: 503, retryable: true },
  MODEL_NOT_INSTALLED: { status: 404, retryable: false },
  MODEL_INVALID: { status: 500, retryable: false },
  ENGINE_FAILED: { status: 503, retryable: true },
  // Ours
  INTERNAL_SERVER_ERROR: { status: 500, retryable: true },
  SERVICE_UNAVAILABLE: { status: 503, retryable: true },
} as const satisfies Record<string, { status: number; retryable: boolean }>;

export type ErrorCode = keyof typeof errorCodes;

const isPlain = (code: ErrorCode): boolean =>
  code === 'QUEUE_FULL' || code === 'RATE_LIMITED' || code === 'QUOTA_EXCEEDED';

type Internals = {
  /** Shown to the caller beside the message. */
  details?: Record<string, unknown>;
  /** How long to wait before trying again, when we know. */
  retryAfterMs?: number;
  /** Only ever reaches the log. */
  internal?: Record<string, unknown>;
  cause?: unknown;
};

/** An outcome the caller can act on; anything else that is thrown is a bug and is masked. */
export class SidecarError extends Error {
  override readonly name = 'SidecarError';
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;
  readonly retryAfterMs: number | undefined;
  readonly internal: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, { details, retryAfterMs, internal = {}, cause }: Internals = {}) {
    // Nobody looks where these come from, and whoever has too much to do is not to take stacks of it besides.
    const { stackTraceLimit } = Error;
    if (isPlain(code)) Error.stackTraceLimit = 0;
    super(message, cause === undefined ? undefined : { cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.details = details;
    this.retryAfterMs = retryAfterMs;
    this.internal = internal;
  }
}
