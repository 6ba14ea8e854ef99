import { DomainError } from '../../errors/domain-error.ts';
import type { Bucket, Level } from '../../ports/rate-limiter.ts';

/** What operations may cost together, in overrides and refusals. */
export const costLimit = 'cost';

/** More calls than a limit lets through; says which, what is left of it, and when there is room again. */
export class RateLimitedError extends DomainError {
  readonly code = 'RATE_LIMITED';
  override readonly retryAfterMs: number;
  override readonly details: Readonly<Record<string, unknown>>;

  constructor({ name, key, max, windowSeconds, cost }: Bucket, { remaining, waitMs, fullMs }: Level) {
    super(
      name === costLimit
        ? `Operations of your organization may cost ${max} in ${windowSeconds} seconds, and this one costs ${cost}.`
        : cost > max
          ? `This makes ${cost} calls at once, and the limit “${name}” holds ${max}.`
          : `The limit “${name}” lets ${max} calls through in ${windowSeconds} seconds.`,
      { name, key, cost },
    );
    this.retryAfterMs = waitMs;
    this.details = { name, limit: max, windowSeconds, cost, remaining, resetMs: fullMs };
  }
}
