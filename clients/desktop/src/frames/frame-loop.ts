import { setTimeout as delay } from 'node:timers/promises';
import type { Prediction } from '@sightline/core';

export type FrameLoop<F> = AsyncIterable<{ frame: F; prediction: Prediction }> & {
  /** Frames that came; that were predicted; that looked like the one before; that a newer one took the place of. */
  readonly counts: { readonly seen: number; readonly sent: number; readonly same: number; readonly dropped: number };
};

export type FrameLoopOptions<F> = {
  /** Where frames come from, or what takes one. */
  frames: AsyncIterable<F> | (() => Promise<F>);
  /** Least time between two frames that are looked at, in milliseconds; none unless given. With a function: how often it is called. */
  everyMs?: number | undefined;
  /** Frames that look like the last one that was predicted are passed over. */
  scene?: { luma(frame: F): Uint8Array; threshold: number } | undefined;
  predict(frame: F, signal: AbortSignal): PromiseLike<Prediction>;
  signal?: AbortSignal | undefined;
};

/**
 * Predicts frames one at a time. While one is being predicted, or its result is not taken yet, the newest frame waits and takes the
 * place of any other. Leaving the loop ends what is under way. Throws what `frames` and `predict` throw.
 */
export function frameLoop<F>({ frames, everyMs = 0, scene, predict, signal }: FrameLoopOptions<F>): FrameLoop<F> {
  const counts = { seen: 0, sent: 0, same: 0, dropped: 0 };

  async function* run(): AsyncGenerator<{ frame: F; prediction: Prediction }> {
    const over = new AbortController();
    const ends = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
    const iterator = (typeof frames === 'function' ? taken(frames, everyMs, ends) : frames)[Symbol.asyncIterator]();
    let newest: { frame: F } | null = null;
    let ended: { error: unknown } | { error?: never } | null = null;
    let told = () => {};
    let lookedAt = -Infinity;
    let lastLuma: Uint8Array | null = null;

    async function read(): Promise<void> {
      try {
        for (let next = await iterator.next(); !next.done && !ends.aborted; next = await iterator.next()) {
          counts.seen += 1;
          if (newest) counts.dropped += 1;
          newest = { frame: next.value };
          told();
        }
        ended = {};
      } catch (error) {
        ended = { error };
      }
      told();
    }
    const onAbort = () => told();
    ends.addEventListener('abort', onAbort, { once: true });
    void read();
    try {
      while (!ends.aborted) {
        const held = newest as { frame: F } | null;
        if (!held) {
          const end = ended as { error?: unknown } | null;
          if (end) {
            if ('error' in end) throw end.error;
            return;
          }
          await new Promise<void>((resolve) => (told = resolve));
          continue;
        }
        newest = null;
        const now = performance.now();
        if (now - lookedAt < everyMs && typeof frames !== 'function') {
          counts.dropped += 1;
          continue;
        }
        const luma = scene?.luma(held.frame) ?? null;
        if (scene && luma && lastLuma && differenceOf(luma, lastLuma) < scene.threshold) {
          counts.same += 1;
          continue;
        }
        lookedAt = now;
        counts.sent += 1;
        const prediction = await predict(held.frame, ends);
        lastLuma = luma;
        yield { frame: held.frame, prediction };
      }
      signal?.throwIfAborted();
    } finally {
      over.abort();
      ends.removeEventListener('abort', onAbort);
      // A source that waits for a frame that never comes is not waited for.
      void iterator.return?.()?.catch?.(() => {});
    }
  }
  return { counts, [Symbol.asyncIterator]: run };
}

async function* taken<F>(take: () => Promise<F>, everyMs: number, signal: AbortSignal): AsyncGenerator<F> {
  while (!signal.aborted) {
    const startedAt = performance.now();
    yield await take();
    const restMs = Math.max(0, everyMs - (performance.now() - startedAt));
    await delay(restMs, undefined, { signal }).catch(() => {});
  }
}

/** How much two pictures differ, 0 to 1: their mean difference. Those of another size are another scene. */
function differenceOf(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return 1;
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += Math.abs((a[index] ?? 0) - (b[index] ?? 0));
  return a.length === 0 ? 0 : sum / (a.length * 255);
}
