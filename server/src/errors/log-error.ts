import type { Logger } from 'pino';
import { describeError, rootCause } from './describe.ts';
import { DomainError } from './domain-error.ts';

/**
 * Writes down what callers are not told. Refusals are normal traffic and stay at debug, by their code and what was noted
 * for the log: messages quote what somebody sent, and that may be their address or a password in the wrong place.
 */
export function logError(log: Pick<Logger, 'error' | 'debug'>, error: unknown, fields: Record<string, unknown>): void {
  const { code, ours } = describeError(error);
  const cause = rootCause(error);
  const internal = cause instanceof DomainError ? cause.internal : undefined;
  if (ours) log.error({ ...fields, code, err: cause, internal }, 'request failed');
  else log.debug({ ...fields, code, internal }, 'request refused');
}
