import { ErrorCode } from '../generated/types.ts';
import { SidecarErrorCode } from '../generated/sidecar-codes.ts';
import { ClientErrorCode, hints } from './client-codes.ts';

/** All codes that this version knows: those of the server, of the sidecar, and the client's own. */
// Without the remark bundlers take copying for something that has to happen, and a page has all of them.
export const SightlineErrorCode = /* @__PURE__ */ Object.assign({}, ErrorCode, SidecarErrorCode, ClientErrorCode);

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
  declare readonly code: SightlineErrorCode;
  /** What to do about it. Null where a server does not say so. */
  declare readonly hint: string | null;
  /** Where the code is explained. Null where a server does not say so. */
  declare readonly docs: string | null;
  declare readonly retryable: boolean;
  declare readonly retryAfterMs: number | null;
  declare readonly requestId: string | null;
  declare readonly status: number | null;
  declare readonly details: Readonly<Record<string, unknown>>;

  /** Classes say it in so many letters: of their own names a page's bundler leaves one. */
  override get name(): string {
    return this.constructor.name;
  }

  constructor(message: string, facts: ErrorFacts) {
    // A server says `docs` itself, or does not know; what the client finds out is explained like everything else.
    const { code, cause, hint, docs = `docs/errors.md#${code.toLowerCase()}`, retryable = false } = facts;
    const { retryAfterMs = null, requestId = null, status = null, details = {} } = facts;
    super(message, cause === undefined ? undefined : { cause });
    const own = Object.hasOwn(hints, code) ? hints[code] : null;
    Object.assign(this, { code, hint: hint ?? own ?? null, docs, retryable, retryAfterMs, requestId, status, details });
  }
}
