import { ServiceUnavailableError } from '../../../errors/request-errors.ts';

export type Slots = ReturnType<typeof createSlots>;

type Options = {
  /** At the same time. */
  max: number;
  /** Who comes when this many wait is refused, not queued. */
  maxWaiting: number;
  /** What is not available then, in words for the caller. */
  what: string;
};

/** Lets few do something at a time, in the order they came. */
export function createSlots({ max, maxWaiting, what }: Options) {
  const waiting: (() => void)[] = [];
  let running = 0;

  /** Runs `work` when its turn comes. Throws SERVICE_UNAVAILABLE when too many wait. */
  return async function withSlot<T>(work: () => Promise<T>): Promise<T> {
    if (running >= max) {
      if (waiting.length >= maxWaiting) throw new ServiceUnavailableError(what);
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The slot is handed over, not freed, so that nobody can slip in between.
      if (next) next();
      else running -= 1;
    }
  };
}
