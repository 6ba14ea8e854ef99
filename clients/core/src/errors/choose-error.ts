import { codesByStatus } from '../generated/error-classes.ts';
import {
  AuthenticationError,
  ConflictError,
  InvalidRequestError,
  NotFoundError,
  PermissionDeniedError,
  PlanLimitError,
  RateLimitError,
  ServerError,
} from './server-errors.ts';
import type { ErrorFacts, SightlineError } from './sightline-error.ts';

type ErrorClass = new (message: string, facts: ErrorFacts) => SightlineError;

/**
 * The one place that decides which class a server's refusal becomes, whatever transport it came over: by its code, and for
 * a code of tomorrow by the status of its answer.
 */
export function chooseError(message: string, facts: ErrorFacts): SightlineError {
  const known = codesByStatus.find(([, codes]) => codes.split(' ').includes(facts.code));
  const Class = classOf(known?.[0] ?? facts.status ?? 0) ?? (facts.retryable ? ServerError : InvalidRequestError);
  return new Class(message, facts);
}

function classOf(status: number): ErrorClass | undefined {
  if (status < 400) return undefined;
  if (status >= 500) return ServerError;
  if (status === 401) return AuthenticationError;
  if (status === 402) return PlanLimitError;
  if (status === 403) return PermissionDeniedError;
  if (status === 404) return NotFoundError;
  if (status === 409) return ConflictError;
  return status === 429 ? RateLimitError : InvalidRequestError;
}
