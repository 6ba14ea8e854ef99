import type { DetectionConfig } from '../models/model-config.ts';
import { labelsOf } from '../models/model-config.ts';
import { createFindings, suppress } from './boxes.ts';
import type { Candidate, Findings } from './boxes.ts';
import { createDecodeBoxesScores } from './decode-boxes-scores.ts';
import { createDecodeNanodet } from './decode-nanodet.ts';
import { createDecodeRows, createDecodeYolox } from './decode-rows.ts';
import { createDecodeSsd } from './decode-ssd.ts';
import { createDecodeYunet } from './decode-yunet.ts';
import type { OutputTensor } from './outputs.ts';

/**
 * Turns what a network wrote into candidates in input pixels, surest first. Throws when the outputs are not those of
 * the config.
 */
export type DecodeOutput = (outputs: readonly OutputTensor[], confidenceMin: number) => Candidate[];

/** Reads the outputs of one family of networks. */
export type Decode = (outputs: readonly OutputTensor[], findings: Findings) => void;

/** Boxes that one picture may have. More would be noise, and time. */
const candidateCountMax = 300;

/** Picks the decoder that a model's config asks for and prepares what does not change from picture to picture. */
export function createDecodeOutput(
  config: Pick<DetectionConfig, 'input' | 'output' | 'labels' | 'thresholds'>,
): DecodeOutput {
  const decode = decoderOf(config);
  return (outputs, confidenceMin) => {
    const findings = createFindings(confidenceMin);
    decode(outputs, findings);
    return suppress(findings.candidates, config.thresholds.overlap, candidateCountMax);
  };
}

function decoderOf({ input, output, labels }: Pick<DetectionConfig, 'input' | 'output' | 'labels'>): Decode {
  switch (output.kind) {
    case 'nanodet':
      return createDecodeNanodet(input, output.strides, labelsOf({ labels }).length);
    case 'yolox':
      return createDecodeYolox(input, output.strides);
    case 'rows':
      return createDecodeRows();
    case 'yunet':
      return createDecodeYunet(input, output.strides);
    case 'boxes-scores':
      return createDecodeBoxesScores(input, output);
    case 'ssd':
      return createDecodeSsd(input, output);
  }
}
