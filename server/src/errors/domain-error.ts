import type { ErrorCode } from './codes.ts';

/**
 * An outcome the caller can act on; anything else that is thrown is a bug and is masked.
 * The message is written for the caller; `internal` only ever reaches the log.
 */
export abstract class DomainError extends Error {
  abstract readonly code: ErrorCode;
  readonly internal: Record<string, unknown>;
  /** How long to wait before trying again, when we know. */
  readonly retryAfterMs: number | null = null;
  /** Whether the caller brought it about, though its code stands for an outage: nobody needs to read of it in the log. */
  readonly isCallers: boolean = false;
  /** What callers are told beside the message, for their programs. */
  readonly details: Readonly<Record<string, unknown>> | null = null;

  constructor(message: string, internal: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.internal = internal;
  }
}
