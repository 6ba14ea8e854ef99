import type { Ran } from '../cache/answer-cache.ts';
import { asFloats } from '../engine/floats.ts';
import type { Tensors } from '../engine/tensors.ts';
import { SidecarError } from '../errors.ts';
import type { ServedModel } from '../models/served-model.ts';
import type { LookOptions } from '../vision/look-at.ts';
import type { PictureAnswer } from './answers.ts';
import { confidencesOf } from './classes.ts';

/** Where else a model answers that does not look at pictures. */
const routes = {
  'text-embedding': { takes: 'texts', route: 'POST /embed' },
  tensors: { takes: 'tensors', route: 'POST /v2/models/{model}/infer' },
};

/**
 * What a model says about a picture file, whatever its task. `confidenceMin` counts for detection alone. Throws
 * INPUT_INVALID for a model that takes no pictures, and what decoding and the engine throw.
 */
export async function seePicture(
  model: ServedModel,
  bytes: Uint8Array,
  { confidenceMin, ...options }: LookOptions & { confidenceMin: number },
): Promise<Ran<PictureAnswer>> {
  const { config, detector, encoder } = model;
  if (detector) {
    const { detections, picture, timings } = await detector.file(bytes, { ...options, confidenceMin });
    return { answer: { task: 'detection', detections, picture }, timings };
  }
  requirePictureModel(model);
  if (!encoder) throw new Error('A model that takes pictures has a detector or an encoder.');
  const { outputs, picture, timings } = await encoder.file(bytes, options);
  if (config.task === 'classification') {
    const { scores, activation, embedding } = config.output;
    const confidences = confidencesOf(asFloats(outputOf(outputs, scores)), activation);
    const vector = embedding === undefined ? null : vectorOf(outputs, embedding);
    return { answer: { task: 'classification', picture, scores: confidences, embedding: vector }, timings };
  }
  if (config.task !== 'image-embedding') throw new Error(`A model of the task ${config.task} does not encode.`);
  const embedding = vectorOf(outputs, config.output.embedding);
  return { answer: { task: 'image-embedding', picture, embedding }, timings };
}

/** Throws INPUT_INVALID. */
export function requirePictureModel({ name, config: { task } }: ServedModel): void {
  if (task !== 'text-embedding' && task !== 'tensors') return;
  const { takes } = routes[task];
  const route = routes[task].route.replace('{model}', name);
  throw new SidecarError('INPUT_INVALID', `The model '${name}' takes ${takes}, not pictures: use ${route}.`, {
    details: { task, route },
  });
}

function outputOf(outputs: Tensors, name: string) {
  const output = outputs[name];
  if (output) return output;
  throw new SidecarError('MODEL_INVALID', `The network has no output '${name}'.`);
}

/** In memory of its own: what an engine gives may be a part of something larger. */
const vectorOf = (outputs: Tensors, name: string) => Float32Array.from(asFloats(outputOf(outputs, name)));
