import { SightlineError } from '../errors/sightline-error.ts';
import type { Logger } from '../logger.ts';
import type { Backoff } from './backoff.ts';
import { sleep } from './deadline.ts';

type Retries = {
  maxRetries: number;
  /** When the call ends, as `performance.now()` counts. */
  untilMs: number;
  backoff: Backoff;
  /** Whether the request may have run already, for all we know, and running it again does no harm. */
  repeatable: boolean;
  signal: AbortSignal;
  logger: Logger;
};

// Whoever asks for more patience than this had better tell the person who waits.
const longestWaitMs = 60_000;

/** Repeats what failed in passing. What was refused before it ran is repeated even if it changes something. */
export async function withRetries<T>(options: Retries, run: () => Promise<T>): Promise<T> {
  const { maxRetries, untilMs, backoff, repeatable, signal, logger } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof SightlineError) || !error.retryable || attempt >= maxRetries) throw error;
      if (!repeatable && error.code !== 'RATE_LIMITED') throw error;
      const { retryAfterMs } = error;
      const delayMs = retryAfterMs ?? backoff(attempt);
      // The call would be over by then: the refusal says more than that the time was up.
      const isTooLate = retryAfterMs !== null && retryAfterMs > untilMs - performance.now();
      if (delayMs > longestWaitMs || isTooLate) throw error;
      logger.debug('retrying', { code: error.code, attempt, delayMs, requestId: error.requestId });
      await sleep(delayMs, signal);
    }
  }
}
