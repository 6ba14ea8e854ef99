import type { Bucket, Level } from '../ports/rate-limiter.ts';

/** A third of a token is no number of floats: so little less than one still is one. */
const roundingTokens = 1e-6;

export const tokensPerMs = ({ max, windowSeconds }: Bucket): number => max / (windowSeconds * 1_000);

/**
 * What a bucket holds at `now` that held `tokens` at `at`. A clock that is behind gives nothing, and by less than the window
 * it is taken for standing still: two that differ a little must not earn the same time by turns.
 */
export function filled(bucket: Bucket, tokens: number, at: number, now: number): { tokens: number; at: number } {
  const held = Math.min(bucket.max, Math.max(0, tokens) + Math.max(0, now - at) * tokensPerMs(bucket));
  const isSetBack = at - now > bucket.windowSeconds * 1_000;
  return { tokens: held, at: isSetBack ? now : Math.max(at, now) };
}

export const holds = (bucket: Bucket, tokens: number): boolean => tokens + roundingTokens >= bucket.cost;

/** `tokens` after the look, for a call that was let in or not. */
export function levelOf(bucket: Bucket, tokens: number, isLetIn: boolean): Level {
  const msUntil = (wanted: number) => Math.max(0, Math.ceil((wanted - tokens) / tokensPerMs(bucket) - roundingTokens));
  return {
    remaining: Math.max(0, Math.floor(tokens + roundingTokens)),
    waitMs: isLetIn || holds(bucket, tokens) ? 0 : msUntil(Math.min(bucket.cost, bucket.max)),
    fullMs: msUntil(bucket.max),
  };
}
