import { performance } from 'node:perf_hooks';

/** Longer than anything that is waited for takes on a machine that does ten other things. */
export const patienceMs = 60_000;

/**
 * Asks until it is so, once each turn of the event loop. Throws after a minute: a test that is given up by its runner
 * would go on asking, and its file would never end.
 */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const startedAt = performance.now();
  while (!(await isTrue())) {
    if (performance.now() - startedAt > patienceMs) throw new Error(`This did not come true: ${isTrue.toString()}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
