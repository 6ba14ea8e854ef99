import type { ModelConfig } from '../models/model-config.ts';
import { labelsOf } from '../models/model-config.ts';
import { suppress } from './boxes.ts';
import type { Candidate } from './boxes.ts';
import { decodeNanodet } from './decode-nanodet.ts';
import { decodeRows, gridCells } from './decode-rows.ts';

export type OutputTensor = { dims: readonly number[]; data: Float32Array };

/** Turns what a network wrote into candidates in input pixels, surest first. */
export type DecodeOutput = (outputs: readonly OutputTensor[], confidenceMin: number) => Candidate[];

/** Boxes that one picture may have. More would be noise, and time. */
const candidateCountMax = 300;

/** Picks the decoder that a model's config asks for and prepares what does not change from picture to picture. */
export function createDecodeOutput(
  config: Pick<ModelConfig, 'input' | 'output' | 'labels' | 'thresholds'>,
): DecodeOutput {
  const decode = decoderOf(config);
  return (outputs, confidenceMin) =>
    suppress(decode(outputs, confidenceMin).filter(isFinite), config.thresholds.overlap, candidateCountMax);
}

function decoderOf({ input, output, labels }: Pick<ModelConfig, 'input' | 'output' | 'labels'>): DecodeOutput {
  if (output.kind === 'nanodet') {
    const shape = { input, strides: output.strides, classCount: labelsOf({ labels }).length };
    return (outputs, confidenceMin) => decodeNanodet(outputs, shape, confidenceMin);
  }
  const cells = output.kind === 'yolox' ? gridCells(input, output.strides) : null;
  return ([rows], confidenceMin) => {
    if (!rows) throw new Error('The network has no output.');
    return decodeRows(rows, cells, confidenceMin);
  };
}

/** Weights gone wrong give NaN; such a box must not reach a caller. */
const isFinite = ({ x1, y1, x2, y2, confidence }: Candidate) => Number.isFinite(x1 + y1 + x2 + y2 + confidence);
