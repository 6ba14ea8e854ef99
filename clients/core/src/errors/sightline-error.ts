import type { ErrorCode } from '../generated/types.ts';
import type { SidecarErrorCode } from '../generated/sidecar-codes.ts';

/** Codes that never cross the wire: what went wrong before, after or instead of an answer. */
export type ClientErrorCode =
  | 'CONNECTION_FAILED'
  | 'TIMED_OUT'
  | 'ABORTED'
  | 'RESPONSE_INVALID'
  | 'CONFIGURATION_INVALID';

/** Branch on this, never on the message. Newer servers may send codes this version does not know. */
export type SightlineErrorCode = ErrorCode | SidecarErrorCode | ClientErrorCode | (string & {});

export type ErrorFacts = {
  code: SightlineErrorCode;
  /** What to do about it, in the language of the caller. */
  hint?: string | null;
  /** Where the code is explained. */
  docs?: string | null;
  /** Whether the same request can succeed later, unchanged. */
  retryable?: boolean;
  /** How long the server asks to wait, in milliseconds. */
  retryAfterMs?: number | null;
  /** Quote it when asking for help: the server's log knows it. */
  requestId?: string | null;
  /** HTTP status, when there was an HTTP answer. */
  status?: number | null;
  /** More facts, depending on the code, for example the `field` of INPUT_INVALID. */
  details?: Readonly<Record<string, unknown>>;
  cause?: unknown;
};

/** The base of everything this client throws, wrong arguments in the calling code excepted. */
export class SightlineError extends Error {
  readonly code: SightlineErrorCode;
  /** What to do about it, where the server says so. */
  readonly hint: string | null;
  /** Where the code is explained, where the server says so. */
  readonly docs: string | null;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  readonly requestId: string | null;
  readonly status: number | null;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, facts: ErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = new.target.name;
    this.code = facts.code;
    this.hint = facts.hint ?? null;
    this.docs = facts.docs ?? null;
    this.retryable = facts.retryable ?? false;
    this.retryAfterMs = facts.retryAfterMs ?? null;
    this.requestId = facts.requestId ?? null;
    this.status = facts.status ?? null;
    this.details = facts.details ?? {};
  }
}
