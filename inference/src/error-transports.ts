import type { ErrorCode } from './errors.ts';

/** The ways on which the sidecar tells of errors, by the words of `docs/errors.md`. */
export const transports = {
  /** RFC 9457, by all routes that speak no dialect. */
  sidecar: 'REST of the sidecar',
  /** `{ "error": message }` of the Open Inference Protocol, below `/v2`. */
  oip: '`/v2`',
  /** `{ "success": false, "error": message }` of DeepStack, below `/v1/vision`. */
  deepstack: '`/v1/vision`',
  /** The last message of a run, which the server reads. */
  run: 'runs',
  /** What `npm run models` and the start say to whoever sits at the machine. */
  command: 'commands of the sidecar',
} as const;

export type Transport = keyof typeof transports;

const all = ['sidecar', 'oip', 'deepstack'] as const;
const pictures = ['sidecar', 'deepstack'] as const;

/**
 * Where each code can occur, on the ways of the sidecar,
 * and `npm run generate` writes them into `docs/errors.md`.
 */
export const occursOn: Readonly<Record<ErrorCode, readonly Transport[]>> = {
  INPUT_INVALID: all,
  BAD_REQUEST: ['sidecar', 'deepstack'],
  BODY_TOO_LARGE: all,
  UNSUPPORTED_MEDIA_TYPE: all,
  REQUEST_TIMEOUT: ['sidecar'],
  HEADERS_TOO_LARGE: ['sidecar'],
  METHOD_NOT_ALLOWED: ['sidecar', 'oip'],
  NOT_FOUND: ['sidecar', 'oip'],
  IMAGE_MISSING: pictures,
  IMAGE_TYPE_REFUSED: pictures,
  IMAGE_UNREADABLE: pictures,
  IMAGE_TOO_LARGE: pictures,
  TENSOR_INVALID: ['oip'],
  UNAUTHENTICATED: all,
  FORBIDDEN: all,
  KEY_ADDRESS_REFUSED: all,
  PIPELINE_UNKNOWN: ['sidecar'],
  SOURCE_UNREADABLE: ['run'],
  SOURCE_REFUSED: ['run'],
  FFMPEG_MISSING: ['run'],
  RATE_LIMITED: all,
  QUOTA_EXCEEDED: all,
  QUEUE_FULL: all,
  DEADLINE_EXCEEDED: all,
  MODEL_NOT_READY: all,
  MODEL_FETCH_FAILED: ['command'],
  MODEL_NOT_INSTALLED: all,
  MODEL_INVALID: all,
  ENGINE_FAILED: all,
  INTERNAL_SERVER_ERROR: all,
  SERVICE_UNAVAILABLE: all,
};
