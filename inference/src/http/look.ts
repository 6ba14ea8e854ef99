import { performance } from 'node:perf_hooks';
import type { PictureCache, Recalled } from '../cache/picture-cache.ts';
import { SidecarError } from '../errors.ts';
import type { Detector } from '../vision/detector.ts';
import { tenantOf, weightOf } from './callers.ts';
import type { RecordUsage } from '../usage/usage.ts';
import type { Caller } from './callers.ts';

type Deps = { cache: PictureCache; recordUsage: RecordUsage; bodyBytesMax: number; timeoutMs: number };

type Question = {
  caller: Caller;
  model: Detector;
  /** The picture file. */
  bytes: Uint8Array;
  confidenceMin: number;
  signal: AbortSignal;
};

export type Looked = Recalled & {
  /** From the whole picture being there to its objects being known. */
  totalMs: number;
};

export type Look = ReturnType<typeof createLook>;

/** What every dialect does with a picture, whichever way it came and whatever its answer looks like. */
export function createLook({ cache, recordUsage, bodyBytesMax, timeoutMs }: Deps) {
  /** Throws BODY_TOO_LARGE and what the detector throws. */
  return async function look({ caller, model, bytes, confidenceMin, signal }: Question): Promise<Looked> {
    // A route's limit leaves room for base64 or for a form around the picture; the picture is held to the real one.
    if (bytes.byteLength > bodyBytesMax) {
      throw new SidecarError('BODY_TOO_LARGE', `The picture is larger than ${bodyBytesMax} bytes.`);
    }
    const startedAt = performance.now();
    const tenant = tenantOf(caller);
    const lane = { tenant, weight: weightOf(caller), priority: 'interactive' } as const;
    const recalled = await cache.recall(
      { tenant, modelDigest: model.identity.digest, confidenceMin, bytes, timeoutMs, signal },
      (options) => model.file(bytes, { ...lane, confidenceMin, ...options }),
    );
    const { cached } = recalled;
    await recordUsage(caller, { task: 'detection', model: model.identity.name, cached, count: 1 });
    return { ...recalled, totalMs: performance.now() - startedAt };
  };
}
