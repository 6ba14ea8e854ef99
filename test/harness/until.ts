import { performance } from 'node:perf_hooks';

/** After so many turns it is not about to come true: what is waited for needs the processor more than we do. */
const eagerTurns = 200;
const pauseMs = 2;
/** The real one, also while a test has time of its own. */
const later = setTimeout;

/** Longer than anything that is waited for takes on a machine that does ten other things. */
export const patienceMs = 60_000;

/**
 * Asks until it is so, once each turn of the event loop at first, then every few milliseconds. Throws after a minute: a
 * test that is given up by its runner would go on asking, and its file would never end.
 */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const startedAt = performance.now();
  for (let turn = 0; !(await isTrue()); turn += 1) {
    if (performance.now() - startedAt > patienceMs) throw new Error(`This did not come true: ${isTrue.toString()}`);
    await new Promise((resolve) => (turn < eagerTurns ? setImmediate(resolve) : later(resolve, pauseMs)));
  }
}
