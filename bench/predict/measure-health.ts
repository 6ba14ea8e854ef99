import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { bodiesOf } from './call.ts';
import type { Caller } from './call.ts';
import type { RawEngine, Sidecar } from './processes.ts';

export type Health = {
  idleMs: number[];
  /** While pictures are looked at, the whole time. */
  loadedMs: number[];
  /** A server that does nothing, in a process of its own, asked at the same times: what the machine itself adds. */
  bareIdleMs: number[];
  bareLoadedMs: number[];
  /** Of the requests that were under way meanwhile. */
  picturesPerSecond: number;
  modelMs: number[];
};

type Deps = {
  rawEngine: RawEngine;
  sidecar: Sidecar;
  caller: Caller;
  picture: Buffer;
  idleMs: number;
  loadedMs: number;
  signal: AbortSignal;
};

export const concurrency = 8;
const probeEveryMs = 10;

/** Asks the health route on a fixed beat, first of an idle sidecar, then of one with eight pictures at a time. */
export async function measureHealth({
  rawEngine,
  sidecar,
  caller,
  picture,
  idleMs,
  loadedMs,
  signal,
}: Deps): Promise<Health> {
  const probe = async (durationMs: number) => {
    const product: Promise<number>[] = [];
    const bare: Promise<number>[] = [];
    // On a beat, answered or not: whoever waits for the answer before asking again never sees the worst of a stall.
    const endsAt = performance.now() + durationMs;
    while (performance.now() < endsAt) {
      signal.throwIfAborted();
      product.push(caller.get(`${sidecar.url}/health/live`));
      await delay(probeEveryMs / 2);
      bare.push(caller.get(rawEngine.url));
      await delay(probeEveryMs / 2);
    }
    return { product: await Promise.all(product), bare: await Promise.all(bare) };
  };

  const idle = await probe(idleMs);
  let isLoaded = true;
  const modelMs: number[] = [];
  const { raw } = bodiesOf(picture);
  const startedAt = performance.now();
  const callers = Array.from({ length: concurrency }, async () => {
    while (isLoaded) {
      const { prediction } = await caller.predict(`${sidecar.url}/predict`, raw);
      modelMs.push(prediction.timings.modelMs);
    }
  });
  // Sooner than the probes if the sidecar refuses a picture; never later.
  const loaded = await Promise.race([probe(loadedMs), Promise.all(callers).then(() => null)]).finally(() => {
    isLoaded = false;
  });
  await Promise.all(callers);
  if (!loaded) throw new Error('The load ended before the measurement.');
  return {
    idleMs: idle.product,
    bareIdleMs: idle.bare,
    loadedMs: loaded.product,
    bareLoadedMs: loaded.bare,
    picturesPerSecond: (modelMs.length / (performance.now() - startedAt)) * 1_000,
    modelMs,
  };
}
