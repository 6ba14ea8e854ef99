import type { Look, SeenOutput } from './look.ts';
import { imagenet, symmetric, unchanged } from './verdict.ts';
import type { Normalization, Verdict } from './verdict.ts';

type VectorVerdict = Extract<Verdict, { task: 'classification' | 'image-embedding' }>;

/** Lengths that embeddings have and lists of classes hardly ever. */
const embeddingLengths = new Set([64, 128, 192, 256, 384, 512, 768, 1_024, 1_280, 1_536, 2_048]);

/**
 * A vector a picture: scores of classes or an embedding. Both look alike, so names, lengths and the last operator decide
 * unless `wanted` does.
 */
export function recognizeVector(look: Look, wanted: VectorVerdict['task'] | null): VectorVerdict | null {
  const vectors = look.outputs.filter(isVector);
  const [only] = vectors;
  if (!only || vectors.length !== look.outputs.length || vectors.length > 2) return null;
  if (vectors.length === 2) {
    const scores = vectors.find((output) => !looksEmbedded(output, look));
    const embedding = vectors.find((output) => output !== scores);
    return scores && wanted !== 'image-embedding' ? classifier(scores, look, embedding) : null;
  }
  const isEmbedding = wanted === null ? looksEmbedded(only, look) : wanted === 'image-embedding';
  return isEmbedding ? embedder(only, look) : classifier(only, look);
}

/** `[1, n]`, or that with ones behind it. */
const isVector = ({ dims, type }: SeenOutput) =>
  type.startsWith('float') && dims.length >= 2 && dims.slice(2).every((size) => size === 1) && (dims[1] ?? 0) >= 2;

const lengthOf = ({ dims }: SeenOutput) => dims[1] ?? 0;

function looksEmbedded(output: SeenOutput, { facts }: Look): boolean {
  if (/embed|feature|feat|vector|pool|last_hidden/i.test(output.name)) return true;
  if (/logit|prob|score|class|softmax|dense|predictions/i.test(output.name)) return false;
  if (output.madeBy === 'Softmax' || output.madeBy === 'Sigmoid') return false;
  const last = facts.operators.slice(-4);
  if (last.includes('LpNormalization') || last.includes('ReduceL2')) return true;
  return embeddingLengths.has(lengthOf(output));
}

function classifier(scores: SeenOutput, look: Look, embedding?: SeenOutput): VectorVerdict {
  const classCount = lengthOf(scores);
  const isFinished = scores.madeBy === 'Softmax' || scores.madeBy === 'Sigmoid' || sumsToOne(scores);
  return {
    family: 'classifier',
    because: `'${scores.name}' is one vector of ${classCount} ${isFinished ? 'probabilities' : 'scores (a softmax is applied)'} a picture`,
    task: 'classification',
    output: {
      scores: scores.name,
      activation: isFinished ? 'none' : 'softmax',
      ...(embedding && { embedding: embedding.name }),
    },
    classCount,
    preparation: { normalization: habitOf(look), letterbox: { align: 'crop', pad: 0 } },
  };
}

function embedder(output: SeenOutput, look: Look): VectorVerdict {
  const { width, height } = look.input;
  // Faces, aligned beforehand: what is 112 pixels wide comes from there.
  const isFace = width === 112 && height === 112;
  return {
    family: isFace ? 'face embedding' : 'image embedding',
    because: `'${output.name}' is one vector of ${lengthOf(output)} numbers a picture`,
    task: 'image-embedding',
    output: { embedding: output.name },
    length: lengthOf(output),
    preparation: {
      normalization: isFace && look.input.type === 'float32' ? symmetric : habitOf(look),
      letterbox: { align: isFace ? 'stretch' : 'crop', pad: 0 },
    },
  };
}

function habitOf({ input }: Look): Normalization {
  if (input.type === 'uint8') return unchanged('rgb');
  return input.layout === 'nhwc' ? symmetric : imagenet;
}

function sumsToOne({ data }: SeenOutput): boolean {
  if (!data) return false;
  let sum = 0;
  for (const value of data) {
    if (value < 0 || value > 1) return false;
    sum += value;
  }
  return Math.abs(sum - 1) < 1e-3;
}
