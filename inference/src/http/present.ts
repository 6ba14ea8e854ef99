import type { Box, Common, DetectionPrediction, Prediction, Timings } from '../contract.ts';
import { SidecarError } from '../errors.ts';
import { labelsOf } from '../models/model-config.ts';
import type { ServedModel } from '../models/served-model.ts';
import { likeliest } from '../pictures/classes.ts';
import type { DetectionAnswer } from '../pictures/answers.ts';
import type { Detection } from '../vision/detector.ts';
import type { PictureTimings } from '../vision/look-at.ts';
import type { Size } from '../vision/letterbox.ts';
import type { Looked } from './look.ts';

type Choice = {
  threshold?: number | undefined;
  labels?: readonly string[] | undefined;
  max?: number | undefined;
  /** Whether a classifier's vector is wanted as well. */
  withEmbedding: boolean;
};

const objectsMax = 100;
const classesMax = 5;

/** What a model says of a picture, as it is sent. It fails for nothing that a caller could ask for: its run is done. */
export function presentPrediction(looked: Looked, model: ServedModel, requestId: string, choice: Choice): Prediction {
  const { answer } = looked;
  const { threshold: confidenceMin = 0, labels, max, withEmbedding } = choice;
  switch (answer.task) {
    case 'detection': {
      const chosen = chosenOf(answer, labels).slice(0, max ?? objectsMax);
      return presentDetections(chosen, looked, model, requestId);
    }
    case 'classification': {
      const { scores, embedding } = answer;
      const classes = likeliest(scores, labelsOf(model.config), { confidenceMin, labels, max: max ?? classesMax });
      return {
        task: 'classification',
        classes,
        ...(withEmbedding && embedding && { embedding: Array.from(embedding) }),
        ...commonOf(looked, model, requestId),
      };
    }
    case 'image-embedding':
      return {
        task: 'image-embedding',
        embedding: Array.from(answer.embedding),
        ...commonOf(looked, model, requestId),
      };
  }
}

export function chosenOf({ detections }: DetectionAnswer, labels?: readonly string[]): readonly Detection[] {
  return labels ? detections.filter(({ label }) => labels.includes(label)) : detections;
}

export function presentDetections(
  chosen: readonly Detection[],
  looked: Looked,
  model: ServedModel,
  requestId: string,
): DetectionPrediction {
  const { picture } = looked.answer;
  return {
    task: 'detection',
    detections: chosen.map(({ label, confidence, box }) => ({
      label,
      confidence,
      box,
      normalizedBox: fractionsOf(box, picture),
    })),
    ...commonOf(looked, model, requestId),
  };
}

function commonOf(looked: Looked, { name, version, digest }: ServedModel, requestId: string): Common {
  return {
    image: looked.answer.picture,
    model: { name, version, digest },
    timings: timingsOf(looked.timings, looked.elapsedMs()),
    cached: looked.cached,
    requestId,
  };
}

/** Throws INPUT_INVALID. */
export function requireEmbedding({ name, config }: ServedModel): void {
  if (config.task === 'image-embedding') return;
  if (config.task === 'classification' && config.output.embedding !== undefined) return;
  throw new SidecarError('INPUT_INVALID', `embedding: the model '${name}' gives none.`);
}

function fractionsOf({ x, y, width, height }: Box, picture: Size): Box {
  return { x: x / picture.width, y: y / picture.height, width: width / picture.width, height: height / picture.height };
}

/** Microseconds are as far as these clocks mean anything. */
export function timingsOf(timings: PictureTimings, totalMs: number): Timings {
  const round = (ms: number) => Math.round(ms * 1_000) / 1_000;
  const { decodeMs, preprocessMs, queueMs, modelMs, postprocessMs } = timings;
  return {
    decodeMs: round(decodeMs),
    preprocessMs: round(preprocessMs),
    queueMs: round(queueMs),
    modelMs: round(modelMs),
    postprocessMs: round(postprocessMs),
    totalMs: round(totalMs),
  };
}
