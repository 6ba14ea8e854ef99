import { createFairQueue } from '../engine/fair-queue.ts';
import type { Lane } from '../engine/fair-queue.ts';
import { SidecarError } from '../errors.ts';

export type Semaphore = ReturnType<typeof createSemaphore>;

type Waiting = Lane & { go(): void };
type Limits = {
  signal?: AbortSignal | undefined;
  /** The longest to wait, in milliseconds; for ever by default. */
  timeoutMs?: number;
};

/**
 * Lets `count` holders in at once; others wait in fair order. The caller bounds how many wait. `onDrop` hears of those
 * who leave without having been inside.
 */
export function createSemaphore(count: number, onDrop: (reason: 'cancelled' | 'deadline') => void = () => undefined) {
  let free = count;
  const waiting = createFairQueue<Waiting>();

  function release(): void {
    const next = waiting.shift();
    if (next) next.go();
    else free++;
  }

  function wait({ tenant, weight, priority }: Lane, { signal, timeoutMs }: Limits): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (reason: 'cancelled' | 'deadline', error: unknown) => {
        settle();
        waiting.remove(place);
        onDrop(reason);
        reject(error);
      };
      const cancel = () => leave('cancelled', signal?.reason);
      const giveUp = () => leave('deadline', new SidecarError('DEADLINE_EXCEEDED', 'There was no answer in time.'));
      const timer = timeoutMs === undefined ? undefined : setTimeout(giveUp, Math.max(0, timeoutMs));
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
      };
      const place = {
        ...{ tenant, weight, priority },
        go() {
          settle();
          resolve();
        },
      };
      waiting.push(place);
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  /**
   * Resolves with the function that leaves again. Rejects, while waiting, with the reason of an abort, and with
   * DEADLINE_EXCEEDED.
   */
  return async function enter(lane: Lane, limits: Limits = {}): Promise<() => void> {
    limits.signal?.throwIfAborted();
    if (free > 0) free--;
    else await wait(lane, limits);
    let isInside = true;
    return () => {
      if (isInside) release();
      isInside = false;
    };
  };
}
