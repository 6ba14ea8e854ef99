import { SightlineError } from './sightline-error.ts';
import type { ErrorFacts } from './sightline-error.ts';

type Facts = Omit<ErrorFacts, 'code' | 'retryable'>;

/** Nobody answered, or the connection broke. Trying again may help. */
export class ConnectionError extends SightlineError {
  override get name(): string {
    return 'ConnectionError';
  }
  constructor(message: string, facts: Facts = {}) {
    super(message, { ...facts, code: 'CONNECTION_FAILED', retryable: true });
  }
}

/** The call's `timeoutMs` ran out. What it started on the server may still have happened. */
export class TimeoutError extends SightlineError {
  override get name(): string {
    return 'TimeoutError';
  }
  readonly timeoutMs: number;
  constructor(timeoutMs: number, facts: Facts = {}) {
    super(`No answer within ${timeoutMs} ms.`, { ...facts, code: 'TIMED_OUT', retryable: true });
    this.timeoutMs = timeoutMs;
  }
}

/** The caller's `signal` aborted; its reason is the `cause`. */
export class AbortError extends SightlineError {
  override get name(): string {
    return 'AbortError';
  }
  constructor(facts: Facts = {}) {
    super('The caller aborted this.', { ...facts, code: 'ABORTED' });
  }
}

/** Something answered that is not a Sightline server, or not one this client understands. */
export class ResponseInvalidError extends SightlineError {
  override get name(): string {
    return 'ResponseInvalidError';
  }
  constructor(message: string, facts: Facts & { retryable?: boolean } = {}) {
    super(message, { ...facts, code: 'RESPONSE_INVALID' });
  }
}

/** This client lacks an option for what it is asked to do. */
export class ConfigurationError extends SightlineError {
  override get name(): string {
    return 'ConfigurationError';
  }
  constructor(message: string) {
    super(message, { code: 'CONFIGURATION_INVALID' });
  }
}
