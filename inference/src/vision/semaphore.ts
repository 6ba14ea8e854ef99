import { createFairQueue } from '../engine/fair-queue.ts';
import type { Lane } from '../engine/fair-queue.ts';

export type Semaphore = ReturnType<typeof createSemaphore>;

type Waiting = Lane & { go(): void };

/** Lets `count` holders in at once; others wait in fair order. The caller bounds how many wait. */
export function createSemaphore(count: number) {
  let free = count;
  const waiting = createFairQueue<Waiting>();

  function release(): void {
    const next = waiting.shift();
    if (next) next.go();
    else free++;
  }

  /** Resolves with the function that leaves again. Rejects with the reason of an abort while waiting. */
  return async function enter({ tenant, weight, priority }: Lane, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (free > 0) free--;
    else {
      await new Promise<void>((resolve, reject) => {
        const giveUp = () => {
          waiting.remove(place);
          reject(signal?.reason);
        };
        const place = {
          ...{ tenant, weight, priority },
          go() {
            signal?.removeEventListener('abort', giveUp);
            resolve();
          },
        };
        waiting.push(place);
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
