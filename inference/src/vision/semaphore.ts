export type Semaphore = ReturnType<typeof createSemaphore>;

/** Lets `count` holders in at once; others wait in order. The caller bounds how many wait. */
export function createSemaphore(count: number) {
  let free = count;
  const waiting: (() => void)[] = [];

  function release(): void {
    const next = waiting.shift();
    if (next) next();
    else free++;
  }

  /** Resolves with the function that leaves again. Rejects with the reason of an abort while waiting. */
  return async function enter(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (free > 0) free--;
    else {
      await new Promise<void>((resolve, reject) => {
        const go = () => {
          signal?.removeEventListener('abort', giveUp);
          resolve();
        };
        const giveUp = () => {
          waiting.splice(waiting.indexOf(go), 1);
          reject(signal?.reason);
        };
        waiting.push(go);
        signal?.addEventListener('abort', giveUp, { once: true });
      });
    }
    let isInside = true;
    return () => {
      if (isInside) release();
      isInside = false;
    };
  };
}
