import { asFloats } from '../engine/floats.ts';
import type { Tensors } from '../engine/tensors.ts';
import { labelsOf } from '../models/model-config.ts';
import type { ModelConfig } from '../models/model-config.ts';

export type ClassificationConfig = Extract<ModelConfig, { task: 'classification' }>;

/** What a picture shows, and how sure that is: a share of all classes, or each for itself, as the network was trained. */
export type SeenClass = { label: string; classId: number; confidence: number };

type Limits = {
  countMax: number;
  /** Below it nothing is reported. */
  confidenceMin: number;
};

export type ReadClasses = (outputs: Tensors, limits: Limits) => SeenClass[];

/**
 * Reads the scores of a classifier, [1, classes]: the surest first, and of two as sure the one that comes first. What is no
 * number is never reported. The result throws for outputs of another network than the config says.
 */
export function createReadClasses(config: Pick<ClassificationConfig, 'labels' | 'output'>): ReadClasses {
  const labels = labelsOf(config);
  const { scores: name, activation } = config.output;
  return (outputs, { countMax, confidenceMin }) => {
    const tensor = outputs[name];
    if (!tensor) throw new Error(`The network has no output '${name}'. It has: ${Object.keys(outputs).join(', ')}.`);
    const scores = asFloats(tensor);
    if (scores.length !== labels.length) throw new Error(`${scores.length} scores for ${labels.length} labels.`);
    const confidences = activate(scores, activation);
    const seen: SeenClass[] = [];
    confidences.forEach((confidence, classId) => {
      if (confidence >= confidenceMin) seen.push({ label: labels[classId] ?? '', classId, confidence });
    });
    return seen.sort((a, b) => b.confidence - a.confidence).slice(0, countMax);
  };
}

function activate(scores: Float32Array, activation: ClassificationConfig['output']['activation']): Float32Array {
  if (activation === 'none') return scores;
  if (activation === 'sigmoid') return scores.map((score) => 1 / (1 + Math.exp(-score)));
  // Relative to the highest: the exponential of a large score is no number any more.
  const highest = scores.reduce((max, score) => Math.max(max, score), -Infinity);
  const shares = scores.map((score) => Math.exp(score - highest));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}
