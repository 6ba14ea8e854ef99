import type { SightlineError } from '../errors/sightline-error.ts';

/** Milliseconds to wait before try number `attempt`, counted from 0. */
export type Backoff = (attempt: number) => number;

/** Decides when a lost subscription comes back. Replace it to be more patient, or less. */
export type ReconnectPolicy = {
  /** Milliseconds to wait, or null to give up. `attempt` counts from 0 and starts over after a steady connection. */
  nextDelayMs(lost: { attempt: number; error: SightlineError }): number | null;
  /** Milliseconds that a connection has to last, with something that arrives, to count as steady; 5 000 unless given. */
  steadyMs?: number | undefined;
};

/** Half a second, doubling to eight. The jitter keeps clients that failed together from coming back together. */
export const defaultBackoff: Backoff = (attempt) => jittered(Math.min(500 * 2 ** attempt, 8_000));

/** Who is asked to stay away for longer had better be told than to wait in silence. */
const longestAwayMs = 3_600_000;

/**
 * At once the first time, then from 300 ms doubling to 10 s, for ever: an event stream is meant to outlive outages. Never sooner than
 * the server asks for, and it gives up where that is more than an hour.
 */
export const defaultReconnectPolicy: ReconnectPolicy = {
  nextDelayMs({ attempt, error: { retryAfterMs } }) {
    const askedMs = retryAfterMs ?? 0;
    if (askedMs > longestAwayMs) return null;
    return Math.max(askedMs, attempt === 0 ? 0 : jittered(Math.min(300 * 2 ** (attempt - 1), 10_000)));
  },
};

function jittered(delayMs: number): number {
  return delayMs * (0.75 + Math.random() * 0.25);
}
