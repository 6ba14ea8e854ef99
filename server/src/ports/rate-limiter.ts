/** One limit that a call has to pass: a bucket that holds `max` tokens and fills evenly, from empty to full in its window. */
export type Bucket = {
  /** What the limit is called towards callers, such as `organization`. */
  name: string;
  /** Whose bucket it is; a name and a key are one bucket. */
  key: string;
  /** At least 1: as many may come at once. */
  max: number;
  windowSeconds: number;
  /** Tokens this call costs, at least 1. */
  cost: number;
};

/** How a bucket stands after a look at it. */
export type Level = {
  /** Whole tokens left, never below 0. */
  remaining: number;
  /** Milliseconds until the cost of this call is there; 0 where it is. Where it is more than the bucket holds: until full. */
  waitMs: number;
  /** Milliseconds until it is full again. */
  fullMs: number;
};

/** Counts calls against limits, over all processes that share it. */
export type RateLimiter = AsyncDisposable & {
  /**
   * Takes the cost from every bucket, or nothing from any where one has too little: what is refused costs nothing. Levels
   * are in the order of the buckets. Never throws.
   */
  take(buckets: readonly Bucket[]): Promise<{ isAllowed: boolean; levels: Level[] }>;
  /** The same without taking anything. */
  peek(buckets: readonly Bucket[]): Promise<{ isAllowed: boolean; levels: Level[] }>;
};
