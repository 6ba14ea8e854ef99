import type { ErrorCode } from './errors.ts';

/** The ways on which the sidecar tells of errors, by the words of `docs/errors.md`. */
export const transports = {
  /** RFC 9457, by all routes that speak no dialect. */
  sidecar: 'REST of the sidecar',
  /** `{ "error": message }` of the Open Inference Protocol, below `/v2`. */
  oip: '`/v2`',
  /** The same, to whole requests in the binary form that are taken straight off their socket. */
  lane: '`/v2`',
  /** `{ "success": false, "error": message }` of DeepStack, below `/v1/vision`. */
  deepstack: '`/v1/vision`',
  /** The last message of a run, which the server reads. */
  run: 'runs',
  /** The last frame on the pipe of a sidecar that is spoken to over one. */
  pipe: 'the pipe to a sidecar',
  /** What `npm run models` and the start say to whoever sits at the machine. */
  command: 'commands of the sidecar',
} as const;

export type Transport = keyof typeof transports;

const routed = ['sidecar', 'oip', 'deepstack'] as const;
const all = [...routed, 'lane'] as const;
const pictures = ['sidecar', 'deepstack'] as const;

/**
 * Where each code can occur, on the ways of the sidecar. `test/contract/errors-sidecar-provoked.test.ts` provokes every
 * one of them on a real sidecar, and `npm run generate` writes them into `docs/errors.md`.
 */
export const occursOn: Readonly<Record<ErrorCode, readonly Transport[]>> = {
  INPUT_INVALID: all,
  BAD_REQUEST: ['sidecar', 'deepstack'],
  BODY_TOO_LARGE: routed,
  UNSUPPORTED_MEDIA_TYPE: routed,
  REQUEST_TIMEOUT: ['sidecar'],
  HEADERS_TOO_LARGE: ['sidecar'],
  FRAME_INVALID: ['pipe'],
  METHOD_NOT_ALLOWED: ['sidecar', 'oip'],
  NOT_FOUND: ['sidecar', 'oip'],
  IMAGE_MISSING: pictures,
  IMAGE_TYPE_REFUSED: pictures,
  IMAGE_UNREADABLE: pictures,
  IMAGE_TOO_LARGE: pictures,
  TENSOR_INVALID: ['oip', 'lane'],
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
  MODEL_NOT_READY: routed,
  MODEL_FETCH_FAILED: ['command'],
  MODEL_NOT_INSTALLED: routed,
  MODEL_INVALID: routed,
  ENGINE_FAILED: all,
  INTERNAL_SERVER_ERROR: all,
  SERVICE_UNAVAILABLE: all,
};
