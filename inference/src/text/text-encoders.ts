import { readFile } from 'node:fs/promises';
import type { ServedModel } from '../models/served-model.ts';
import { createTextEncoder } from './text-encoder.ts';
import type { TextEncoder } from './text-encoder.ts';

export type TextEncoders = ReturnType<typeof createTextEncoders>;

/** The text encoder of a model: made when it is first asked for, gone with the model. */
export function createTextEncoders() {
  const encoders = new WeakMap<ServedModel, Promise<TextEncoder>>();

  /** Throws MODEL_INVALID. */
  return function textEncoderOf(model: ServedModel): Promise<TextEncoder> {
    const known = encoders.get(model);
    if (known) return known;
    const made = createTextEncoder({ model, engine: model.engine, readFile });
    encoders.set(model, made);
    // A file that could not be read today may be there tomorrow.
    made.catch(() => encoders.delete(model));
    return made;
  };
}
