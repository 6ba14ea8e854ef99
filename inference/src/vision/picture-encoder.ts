import type { Engine } from '../engine/engine.ts';
import type { Tensors } from '../engine/tensors.ts';
import type { Metrics } from '../metrics.ts';
import type { DecodePicture } from './decode-picture.ts';
import type { Size } from './letterbox.ts';
import { lookAt } from './look-at.ts';
import type { LookOptions, PictureTimings } from './look-at.ts';

export type Encoded = { outputs: Tensors; picture: Size; timings: PictureTimings };

/** A model that turns a picture into numbers: scores of classes, a vector. */
export type PictureEncoder = {
  /** A picture file in memory. Throws what decoding and the engine throw. */
  file(bytes: Uint8Array, options: LookOptions): Promise<Encoded>;
};

type Deps = { decodePicture: DecodePicture; engine: Pick<Engine, 'runPicture' | 'reserve'>; metrics: Metrics };

export function createPictureEncoder(deps: Deps): PictureEncoder {
  return {
    async file(bytes, given) {
      const { answer, prepared, timings } = await lookAt(deps, bytes, given, ({ pixels }, options) =>
        deps.engine.runPicture(pixels, options),
      );
      return { outputs: answer.outputs, picture: prepared.placement.picture, timings };
    },
  };
}
