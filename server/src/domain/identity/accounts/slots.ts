import { ServiceUnavailableError } from '../../../errors/request-errors.ts';

export type Slots = ReturnType<typeof createSlots>;

type Options = {
  /** At the same time. */
  max: number;
  /** Who comes when this many wait is refused, not queued. */
  maxWaiting: number;
  /** The same for those who come for one and the same. Left out: as many as wait at all. */
  maxWaitingOfOne?: number;
  /** What is not available then, in words for the caller. */
  what: string;
};

/**
 * Lets few do something at a time: in turn of whom they come for, and of those in the order they came. Whoever comes a
 * thousand times waits behind themselves, and holds up nobody else.
 */
export function createSlots({ max, maxWaiting, maxWaitingOfOne = maxWaiting, what }: Options) {
  const lines = new Map<string, (() => void)[]>();
  let waiting = 0;
  let running = 0;

  function wait(whose: string): Promise<void> {
    const line = lines.get(whose) ?? [];
    if (waiting >= maxWaiting || line.length >= maxWaitingOfOne) throw new ServiceUnavailableError(what);
    lines.set(whose, line);
    waiting += 1;
    return new Promise((resolve) => line.push(resolve));
  }

  function takeNext(): (() => void) | undefined {
    for (const [whose, line] of lines) {
      const next = line.shift();
      lines.delete(whose);
      // Behind all others: a map keeps its order.
      if (line.length > 0) lines.set(whose, line);
      waiting -= 1;
      return next;
    }
    return undefined;
  }

  /** Runs `work` when the turn of `whose` comes. Throws SERVICE_UNAVAILABLE when too many wait. */
  return async function withSlot<T>(work: () => Promise<T>, whose = ''): Promise<T> {
    if (running >= max) await wait(whose);
    else running += 1;
    try {
      return await work();
    } finally {
      const next = takeNext();
      // The slot is handed over, not freed, so that nobody can slip in between.
      if (next) next();
      else running -= 1;
    }
  };
}
