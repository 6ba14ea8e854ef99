import { quantile, usualP99 } from '../../lib/statistics.ts';
import type { Written } from './pieces.ts';
import type { Readers, Seen } from './readers.ts';

export type Stopwatch = ReturnType<typeof createStopwatch>;

/** When each event was about to be written, and how long after that readers had it. */
export function createStopwatch() {
  const startedAt = new Map<number, number>();
  const durations: number[] = [];
  const written: Written[] = [];
  return {
    written,
    /** Events up to `last`, `count` of them, were about to be written at `at`, and then were. */
    wrote(last: number, count: number, at: number, committedAt = NaN): void {
      written.push({ firstSeq: last - count + 1, lastSeq: last, insertedAt: at, committedAt });
      for (let seq = last - count + 1; seq <= last; seq += 1) startedAt.set(seq, at);
    },
    /** Takes what readers have seen. Asked when all is over: they may be quicker than whoever writes is told of the number. */
    async stop(readers: Readers): Promise<Seen[]> {
      const seen = await readers.seen();
      for (const [seq, at] of seen) {
        const duration = at - (startedAt.get(seq) ?? NaN);
        if (Number.isFinite(duration)) durations.push(duration);
      }
      return seen;
    },
    /** Milliseconds. */
    percentile: (share: number): number => quantile(durations, share),
    /** The p99 of a stretch of `length` results, the median of all stretches. */
    usualP99: (length: number): number => usualP99(durations, length),
  };
}
