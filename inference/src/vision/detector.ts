import type { Box, ModelIdentity } from '../contract.ts';
import type { Engine } from '../engine/engine.ts';
import type { Metrics } from '../metrics.ts';
import type { InstalledModel } from '../models/model-files.ts';
import { labelsOf } from '../models/model-config.ts';
import type { DetectionConfig } from '../models/model-config.ts';
import type { DecodePicture, RawFrame } from './decode-picture.ts';
import { toPicture } from './letterbox.ts';
import type { Size } from './letterbox.ts';
import { lookAt } from './look-at.ts';
import type { LookOptions, PictureTimings } from './look-at.ts';
import { createSignature } from './signature.ts';

export type Detection = { label: string; confidence: number; /** Pixels of the upright picture */ box: Box };

export type Sighting = {
  /** Surest first. */
  detections: Detection[];
  picture: Size;
  /** What the picture looks like in a few bytes, to tell one scene from another. */
  signature: Uint8Array;
  timings: PictureTimings;
};

export type DetectOptions = LookOptions & { confidenceMin: number };

/** A model that finds objects, and all that lies between a picture and its named boxes. */
export type Detector = {
  readonly identity: ModelIdentity;
  readonly labels: readonly string[];
  readonly thresholds: DetectionConfig['thresholds'];
  /** A picture file in memory. Throws what decoding and the engine throw. */
  file(bytes: Uint8Array, options: DetectOptions): Promise<Sighting>;
  /** Pixels that are no file any more. */
  raw(frame: RawFrame, options: DetectOptions): Promise<Sighting>;
};

type Deps = {
  model: Pick<InstalledModel, 'name' | 'version' | 'digest'> & { config: DetectionConfig };
  decodePicture: DecodePicture;
  engine: Pick<Engine, 'detect' | 'reserve'>;
  metrics: Metrics;
};

export function createDetector({ model, decodePicture, engine, metrics }: Deps): Detector {
  const { name, version, digest, config } = model;
  const labels = labelsOf(config);
  const signatureOf = createSignature(config.input);

  async function look(picture: Uint8Array | RawFrame, given: DetectOptions): Promise<Sighting> {
    let signature: Uint8Array | null = null;
    const { answer, prepared, timings } = await lookAt(
      { decodePicture, engine, metrics },
      picture,
      given,
      ({ pixels, placement }, options) => {
        signature = signatureOf(new Uint8Array(pixels), placement);
        return engine.detect(pixels, options);
      },
    );
    const { placement } = prepared;
    const detections = answer.candidates
      .map((candidate) => ({
        label: labels[candidate.classIndex] ?? `class-${candidate.classIndex}`,
        confidence: candidate.confidence,
        box: toPicture(placement, candidate),
      }))
      // What lies in the padding is no part of the picture.
      .filter(({ box }) => box.width > 0 && box.height > 0);
    return { detections, picture: placement.picture, signature: signature ?? new Uint8Array(), timings };
  }

  return { identity: { name, version, digest }, labels, thresholds: config.thresholds, file: look, raw: look };
}
