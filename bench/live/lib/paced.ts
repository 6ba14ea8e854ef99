import { setTimeout as delay } from 'node:timers/promises';
import { machineMs } from './clock.ts';
import type { Stopwatch } from './stopwatch.ts';

type Plan = { perSecond: number; batch: number; seconds: number };

/** Writes events at a pace, whether or not they are read, `batch` in a transaction. How many it wrote. */
export async function writePaced(
  append: (count: number, onCommitted?: () => void) => Promise<number>,
  { perSecond, batch, seconds }: Plan,
  stopwatch: Stopwatch,
): Promise<number> {
  const startedAt = machineMs();
  let written = 0;
  for (;;) {
    const at = machineMs();
    if (at - startedAt >= seconds * 1_000) return written;
    if (written >= ((at - startedAt) / 1_000) * perSecond) await delay(1);
    else {
      let committedAt = NaN;
      const last = await append(batch, () => (committedAt = machineMs()));
      stopwatch.wrote(last, batch, at, committedAt);
      written += batch;
    }
  }
}
