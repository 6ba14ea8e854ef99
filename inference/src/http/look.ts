import { performance } from 'node:perf_hooks';
import { SidecarError } from '../errors.ts';
import type { Detector, Sighting } from '../vision/detector.ts';

type Deps = { bodyBytesMax: number; timeoutMs: number };

type Question = {
  model: Detector;
  /** The picture file. */
  bytes: Uint8Array;
  confidenceMin: number;
  signal: AbortSignal;
};

export type Looked = Pick<Sighting, 'detections' | 'picture' | 'timings'> & {
  /** From the whole picture being there to its objects being known. */
  totalMs: number;
};

export type Look = ReturnType<typeof createLook>;

/** What every dialect does with a picture, whichever way it came and whatever its answer looks like. */
export function createLook({ bodyBytesMax, timeoutMs }: Deps) {
  /** Throws BODY_TOO_LARGE and what the detector throws. */
  return async function look({ model, bytes, confidenceMin, signal }: Question): Promise<Looked> {
    // A route's limit leaves room for base64 or for a form around the picture; the picture is held to the real one.
    if (bytes.byteLength > bodyBytesMax) {
      throw new SidecarError('BODY_TOO_LARGE', `The picture is larger than ${bodyBytesMax} bytes.`);
    }
    const startedAt = performance.now();
    const { detections, picture, timings } = await model.file(bytes, { confidenceMin, timeoutMs, signal });
    return { detections, picture, timings, totalMs: performance.now() - startedAt };
  };
}
