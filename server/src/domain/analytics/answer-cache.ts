import { performance } from 'node:perf_hooks';
import type { Clock } from '../../ports.ts';

/** What was read, and when reading began: what it says is no older than that. */
export type Answer<Value> = { value: Value; asOf: Date };

type Deps = {
  /** How old an answer may be when it is given, in milliseconds. */
  maxAgeMs: number;
  /** Time as whoever asks knows it: moving it makes answers older. */
  clock: Clock;
  /** Answers kept, those asked for last. */
  size: number;
  /** Milliseconds that nobody sets back: a clock that is would make an old answer young again. */
  elapsedMs?: () => number;
  /** Told of each answer whether it was there already, read by somebody else included. */
  onAnswer?: (isHit: boolean) => void;
};

type Kept<Value> = { reading: Promise<Value>; asOf: Date; startedMs: number };

/**
 * Keeps answers for a while. None that is given is older than `maxAgeMs`, by the clock and by time that went by; one that was
 * begun after it was asked for may be, since reading it anew would be no quicker. However many ask for the same, one reads.
 * What could not be read is not kept.
 */
export function createAnswerCache<Value>({
  maxAgeMs,
  clock,
  size,
  elapsedMs = () => performance.now(),
  onAnswer = () => {},
}: Deps) {
  // A Map keeps the order of insertion: first is what was asked for longest ago.
  const kept = new Map<string, Kept<Value>>();

  function isYoung({ asOf, startedMs }: Kept<Value>): boolean {
    const age = clock.now().getTime() - asOf.getTime();
    return age >= 0 && age <= maxAgeMs && elapsedMs() - startedMs <= maxAgeMs;
  }

  function begin(key: string, read: () => Promise<Value>): Kept<Value> {
    const begun = { asOf: clock.now(), startedMs: elapsedMs(), reading: read() };
    kept.set(key, begun);
    // Whoever waits hears of it; whoever comes next reads again.
    begun.reading.catch(() => forget(key, begun));
    for (const oldest of kept.keys()) {
      if (kept.size <= size) break;
      kept.delete(oldest);
    }
    return begun;
  }

  function forget(key: string, entry: Kept<Value>): void {
    if (kept.get(key) === entry) kept.delete(key);
  }

  return {
    /**
     * The answer kept under `key`, or what `read` gives. The key has to hold everything that the answer depends on: who may
     * see what, first of all. Throws what `read` throws.
     */
    async get(key: string, read: () => Promise<Value>): Promise<Answer<Value>> {
      const askedMs = elapsedMs();
      for (;;) {
        const found = kept.get(key);
        if (found && isYoung(found)) {
          kept.delete(key);
          kept.set(key, found);
          const value = await found.reading;
          // It took so long to read that it has aged meanwhile: somebody reads again, after this was asked for.
          if (found.startedMs < askedMs && !isYoung(found)) continue;
          onAnswer(true);
          return { value, asOf: found.asOf };
        }
        const { asOf, reading } = begin(key, read);
        onAnswer(false);
        return { value: await reading, asOf };
      }
    },

    get size(): number {
      return kept.size;
    },
  };
}
