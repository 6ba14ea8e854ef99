import type { Clock } from '../ports.ts';
import type { Bucket, RateLimiter } from '../ports/rate-limiter.ts';
import { filled, holds, levelOf } from './bucket-math.ts';

type Deps = {
  clock: Clock;
  /** Bounds the memory: what was not asked of for longest is forgotten first, which is the same as full. */
  bucketsMax?: number;
};

/** Token buckets of one process: the embedded default. */
export function createMemoryRateLimiter({ clock, bucketsMax = 50_000 }: Deps): RateLimiter {
  const states = new Map<string, { tokens: number; at: number }>();

  function look(buckets: readonly Bucket[], isTaking: boolean) {
    const now = clock.now().getTime();
    const seen = buckets.map((bucket) => {
      const id = `${bucket.name} ${bucket.key}`;
      const known = states.get(id);
      return { bucket, id, ...(known ? filled(bucket, known.tokens, known.at, now) : { tokens: bucket.max, at: now }) };
    });
    const isAllowed = seen.every(({ bucket, tokens }) => holds(bucket, tokens));
    const levels = seen.map(({ bucket, id, tokens, at }) => {
      const left = isAllowed && isTaking ? Math.max(0, tokens - bucket.cost) : tokens;
      // Also where nothing was taken: what was asked of last is forgotten last.
      states.delete(id);
      states.set(id, { tokens: left, at });
      return levelOf(bucket, left, isAllowed);
    });
    while (states.size > bucketsMax) states.delete(states.keys().next().value ?? '');
    return { isAllowed, levels };
  }

  return {
    take: async (buckets) => look(buckets, true),
    peek: async (buckets) => look(buckets, false),
    async [Symbol.asyncDispose]() {
      states.clear();
    },
  };
}
