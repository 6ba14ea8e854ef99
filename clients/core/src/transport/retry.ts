import { SightlineError } from '../errors/sightline-error.ts';
import type { Logger } from '../logger.ts';
import type { Backoff } from './backoff.ts';
import { sleep } from './deadline.ts';

type Retries = {
  maxRetries: number;
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
  const { maxRetries, backoff, repeatable, signal, logger } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof SightlineError) || !error.retryable || attempt >= maxRetries) throw error;
      if (!repeatable && error.code !== 'RATE_LIMITED') throw error;
      const delayMs = error.retryAfterMs ?? backoff(attempt);
      if (delayMs > longestWaitMs) throw error;
      logger.debug('retrying', { code: error.code, attempt, delayMs, requestId: error.requestId });
      await sleep(delayMs, signal);
    }
  }
}
