import { performance } from 'node:perf_hooks';
import type { Engine, RunOptions, RunTimings } from '../engine/engine.ts';
import type { Metrics } from '../metrics.ts';
import { traceStages } from '../tracing.ts';
import type { DecodePicture, PreparedPicture, RawFrame } from './decode-picture.ts';

/** Kept in an engine's queue since before the picture was there. It may have been given back since. */
export type Place = Disposable & { isOf(engine: unknown): boolean };
export type LookOptions = RunOptions & { place?: Place | undefined };

type Deps = { decodePicture: DecodePicture; engine: Pick<Engine, 'reserve'>; metrics: Metrics };

export type PictureTimings = RunTimings & { decodeMs: number };

/**
 * What every look at a picture has in common: a place in the queue before the work of decoding, one deadline over both,
 * and the memory given back whatever happens. Throws what decoding and the engine throw.
 */
export async function lookAt<Options extends LookOptions, Answer extends RunTimings>(
  { decodePicture, engine, metrics }: Deps,
  picture: Uint8Array | RawFrame,
  options: Options,
  run: (prepared: PreparedPicture, options: Options) => Promise<Answer>,
): Promise<{ answer: Answer; prepared: PreparedPicture; timings: PictureTimings }> {
  const startedAt = performance.now();
  using place = options.place?.isOf(engine) ? options.place : engine.reserve(options);
  const prepared = await (picture instanceof Uint8Array
    ? decodePicture.file(picture, options)
    : decodePicture.raw(picture, options));
  try {
    const timeoutMs = Math.max(0, options.timeoutMs - (performance.now() - startedAt));
    // The place is for this very run.
    place[Symbol.dispose]();
    const answer = await run(prepared, { ...options, timeoutMs });
    const { queueMs, preprocessMs, modelMs, postprocessMs } = answer;
    const timings = {
      decodeMs: prepared.decodeMs,
      preprocessMs,
      queueMs: queueMs + prepared.waitMs,
      modelMs,
      postprocessMs,
    };
    metrics.pictures.inc();
    metrics.observe(timings);
    traceStages(timings);
    return { answer, prepared, timings };
  } finally {
    decodePicture.recycle(prepared);
  }
}
