const windowMs = 60_000;
const firstDelayMs = 200;
const delayMaxMs = 5_000;
const limit = 5;

/** How long to wait before starting something again that ended by itself: longer each time, and not for ever. */
export function createRestarts(now: () => number = () => performance.now()) {
  let recent: number[] = [];
  return {
    limit,
    /** Milliseconds to wait; null when it ended too often within a minute and should stay down. */
    next(): number | null {
      recent = recent.filter((at) => now() - at < windowMs);
      if (recent.length >= limit) return null;
      recent.push(now());
      return Math.min(firstDelayMs * 2 ** (recent.length - 1), delayMaxMs);
    },
    count: () => recent.length,
  };
}
