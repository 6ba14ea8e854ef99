import { performance } from 'node:perf_hooks';
import { cpuUsage } from 'node:process';

const tickMs = 10;

/**
 * Counts the time that this process had: it runs while the process works and while it waits for something, and stands
 * still while a busy machine lets others run. For limits of milliseconds that hold on a machine that does ten things.
 */
export function ownTime(): Disposable & { readonly ms: number; readonly wallMs: number } {
  const startedAt = performance.now();
  let [ms, lastAt, lastUsed] = [0, startedAt, cpuUsage()];
  function count(): void {
    const now = performance.now();
    const { user, system } = cpuUsage(lastUsed);
    // A late tick after which nothing was computed is one that others held up.
    ms += Math.min(now - lastAt, Math.max(2 * tickMs, (user + system) / 1_000));
    lastAt = now;
    lastUsed = cpuUsage();
  }
  const timer = setInterval(count, tickMs);
  return {
    get ms() {
      count();
      return ms;
    },
    get wallMs() {
      return performance.now() - startedAt;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
