/** What one bucket holds after a look at it. */
export type Level = {
  /** Requests a minute, and how many may come at once. */
  perMinute: number;
  /** Whole requests left. */
  remaining: number;
  /** Milliseconds until there is room for one more; 0 when there is. */
  waitMs: number;
  /** Milliseconds until it is full again. */
  fullMs: number;
};

/** One limit that a request has to pass. */
export type Limit = { bucket: string; perMinute: number };

export type TokenBuckets = ReturnType<typeof createTokenBuckets>;

const minuteMs = 60_000;

/**
 * Token buckets that fill at an even rate and hold one minute's worth. `bucketsMax` bounds the memory: what was not
 * asked of for longest is forgotten first, which is the same as full.
 */
export function createTokenBuckets({ bucketsMax, now }: { bucketsMax: number; now(): number }) {
  const buckets = new Map<string, { tokens: number; at: number }>();

  function filled({ bucket, perMinute }: Limit, at: number): { tokens: number; at: number } {
    const known = buckets.get(bucket);
    if (!known) return { tokens: perMinute, at };
    // A clock that was set back must not take tokens away.
    const earned = (Math.max(0, at - known.at) * perMinute) / minuteMs;
    return { tokens: Math.min(perMinute, known.tokens + earned), at };
  }

  function levelOf({ perMinute }: Limit, tokens: number): Level {
    const msFor = (missing: number) => (Math.max(0, missing) * minuteMs) / perMinute;
    return {
      perMinute,
      // Minutes are no whole multiple of what floats can say.
      remaining: Math.floor(tokens + 1e-9),
      waitMs: tokens + 1e-9 >= 1 ? 0 : msFor(1 - tokens),
      fullMs: msFor(perMinute - tokens),
    };
  }

  return {
    /**
     * Takes one token from every bucket, or none from any where one is empty: a refused request costs nothing. Gives
     * the levels after it, in the order of `limits`.
     */
    take(limits: readonly Limit[]): { isAllowed: boolean; levels: Level[] } {
      const at = now();
      const states = limits.map((limit) => ({ limit, state: filled(limit, at) }));
      const isAllowed = states.every(({ limit, state }) => levelOf(limit, state.tokens).waitMs === 0);
      const levels = states.map(({ limit, state }) => {
        if (isAllowed) state.tokens = Math.max(0, state.tokens - 1);
        buckets.delete(limit.bucket);
        buckets.set(limit.bucket, state);
        return levelOf(limit, state.tokens);
      });
      while (buckets.size > bucketsMax) buckets.delete(buckets.keys().next().value ?? '');
      return { isAllowed, levels };
    },
    get size() {
      return buckets.size;
    },
  };
}
