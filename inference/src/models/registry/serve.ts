import { availableParallelism } from 'node:os';
import type { Engine } from '../../engine/engine.ts';
import type { Metrics } from '../../metrics.ts';
import { createDecodePicture } from '../../vision/decode-picture.ts';
import { createDetector } from '../../vision/detector.ts';
import { createPictureEncoder } from '../../vision/picture-encoder.ts';
import { createPixelBuffers } from '../../vision/pixel-buffers.ts';
import { createSemaphore } from '../../vision/semaphore.ts';
import type { InstalledModel } from '../model-files.ts';
import type { ServedModel } from '../served-model.ts';

type Deps = { imagePixelsMax: number; metrics: Metrics };

export type Serve = ReturnType<typeof createServe>;

/** Puts before an engine what its model's task needs. */
export function createServe({ imagePixelsMax, metrics }: Deps) {
  const decoderCount = availableParallelism();
  // One for all models: it bounds what the process holds.
  const enterDecoder = createSemaphore(decoderCount);

  return function serve(installed: InstalledModel, engine: Engine): ServedModel {
    const { config } = installed;
    if (!('input' in config)) return { ...installed, engine, detector: null, encoder: null };
    const { width, height } = config.input;
    const { engineCount, batchSizeMax } = engine.placement;
    // What runs, and what is made ready meanwhile.
    const countMax = engineCount * batchSizeMax + decoderCount;
    const decodePicture = createDecodePicture({
      ...{ input: config.input, policy: config.queue?.policy ?? 'drop-latest' },
      buffers: createPixelBuffers({ byteLength: width * height * 3, keepMax: countMax }),
      enterModel: createSemaphore(countMax, (reason) => metrics.dropped.inc({ reason })),
      ...{ enterDecoder, imagePixelsMax },
    });
    if (config.task === 'detection') {
      const model = { ...installed, config };
      const detector = createDetector({ model, decodePicture, engine, metrics });
      return { ...installed, engine, detector, encoder: null };
    }
    const encoder = createPictureEncoder({ decodePicture, engine, metrics });
    return { ...installed, engine, detector: null, encoder };
  };
}
