import { performance } from 'node:perf_hooks';
import type { Box, ModelIdentity } from '../contract.ts';
import type { Engine } from '../engine/engine.ts';
import type { Metrics } from '../metrics.ts';
import type { InstalledModel } from '../models/model-files.ts';
import { labelsOf } from '../models/model-config.ts';
import type { DecodePicture, PreparedPicture, RawFrame } from './decode-picture.ts';
import { toPicture } from './letterbox.ts';
import type { Size } from './letterbox.ts';
import { createSignature } from './signature.ts';

export type Detection = { label: string; confidence: number; /** Pixels of the upright picture */ box: Box };

export type Sighting = {
  /** Surest first. */
  detections: Detection[];
  picture: Size;
  /** What the picture looks like in a few bytes, to tell one scene from another. */
  signature: Uint8Array;
  timings: { decodeMs: number; preprocessMs: number; queueMs: number; modelMs: number; postprocessMs: number };
};

type DetectOptions = {
  confidenceMin: number;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  isPatient?: boolean;
};

export type Detector = ReturnType<typeof createDetector>;

type Deps = {
  model: InstalledModel;
  decodePicture: DecodePicture;
  engine: Pick<Engine, 'detect' | 'requireRoom'>;
  metrics: Metrics;
};

/** A model and all that lies between a picture and its named boxes. Throws what decoding and the engine throw. */
export function createDetector({ model, decodePicture, engine, metrics }: Deps) {
  const { name, version, digest, config } = model;
  const labels = labelsOf(config);
  const signatureOf = createSignature(config.input);

  async function detect(decode: () => Promise<PreparedPicture>, options: DetectOptions): Promise<Sighting> {
    const startedAt = performance.now();
    if (!options.isPatient) engine.requireRoom();
    const { pixels, placement, decodeMs, waitMs } = await decode();
    const timeoutMs = Math.max(0, options.timeoutMs - (performance.now() - startedAt));
    // Taken before the pixels leave for the engine.
    const signature = signatureOf(new Uint8Array(pixels), placement);
    const { candidates, queueMs, ...stages } = await engine.detect(pixels, { ...options, timeoutMs });
    const { preprocessMs, modelMs, postprocessMs } = stages;
    const timings = { decodeMs, preprocessMs, queueMs: queueMs + waitMs, modelMs, postprocessMs };
    metrics.pictures.inc();
    metrics.observe(timings);
    const detections = candidates
      .map((candidate) => ({
        label: labels[candidate.classIndex] ?? `class-${candidate.classIndex}`,
        confidence: candidate.confidence,
        box: toPicture(placement, candidate),
      }))
      // What lies in the padding is no part of the picture.
      .filter(({ box }) => box.width > 0 && box.height > 0);
    return { detections, picture: placement.picture, signature, timings };
  }

  return {
    identity: { name, version, digest } satisfies ModelIdentity,
    labels,
    thresholds: config.thresholds,
    file: (bytes: Uint8Array, options: DetectOptions): Promise<Sighting> =>
      detect(() => decodePicture.file(bytes, options.signal), options),
    raw: (frame: RawFrame, options: DetectOptions): Promise<Sighting> =>
      detect(() => decodePicture.raw(frame, options.signal), options),
  };
}
