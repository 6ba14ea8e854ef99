import type { Detection } from '../vision/detector.ts';
import type { Size } from '../vision/letterbox.ts';

/** What a model says, as it is remembered: whoever is given one changes nothing of it. */
export type Answer = PictureAnswer | TextAnswer;

/** `picture`: its size in pixels, upright. */
export type PictureAnswer = DetectionAnswer | ClassificationAnswer | ImageEmbeddingAnswer;

/** Surest first. */
export type DetectionAnswer = { task: 'detection'; picture: Size; detections: readonly Detection[] };

export type ClassificationAnswer = {
  task: 'classification';
  picture: Size;
  /** By class number, 0 to 1. */
  scores: Float32Array;
  /** The vector that the classes were told from, where the model gives it away. */
  embedding: Float32Array | null;
};

export type ImageEmbeddingAnswer = { task: 'image-embedding'; picture: Size; embedding: Float32Array };

/** Of one text. */
export type TextAnswer = { task: 'text-embedding'; embedding: Float32Array; tokenCount: number };

/** The objects of one detection. */
const detectionBytes = 250;

/** Bytes that an answer takes, about. */
export function byteSizeOf(answer: Answer): number {
  if (answer.task === 'detection') return answer.detections.length * detectionBytes;
  if (answer.task !== 'classification') return answer.embedding.byteLength;
  return answer.scores.byteLength + (answer.embedding?.byteLength ?? 0);
}
