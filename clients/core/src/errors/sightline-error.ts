import { ErrorCode } from '../generated/types.ts';
import { SidecarErrorCode } from '../generated/sidecar-codes.ts';
import { ClientErrorCode, clientErrors, docsOf } from './client-codes.ts';

/** All codes that this version knows: those of the server, of the sidecar, and the client's own. */
export const SightlineErrorCode = { ...ErrorCode, ...SidecarErrorCode, ...ClientErrorCode } as const;

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
  /** What to do about it. Null where a server does not say so. */
  readonly hint: string | null;
  /** Where the code is explained. Null where a server does not say so. */
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
    const own = ownOf(facts.code);
    this.hint = facts.hint ?? (own ? clientErrors[own].en.hint : null);
    this.docs = facts.docs ?? (own ? docsOf(own) : null);
    this.retryable = facts.retryable ?? false;
    this.retryAfterMs = facts.retryAfterMs ?? null;
    this.requestId = facts.requestId ?? null;
    this.status = facts.status ?? null;
    this.details = facts.details ?? {};
  }
}

const ownOf = (code: string): ClientErrorCode | null =>
  Object.hasOwn(ClientErrorCode, code) ? (code as ClientErrorCode) : null;
