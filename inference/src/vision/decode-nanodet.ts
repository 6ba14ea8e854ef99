import type { ModelConfig } from '../models/model-config.ts';
import type { Candidate } from './boxes.ts';
import type { OutputTensor } from './decode-output.ts';

/**
 * NanoDet writes, for every stride, class scores `[1, cells, classes]` and for each of a cell's four sides a
 * distribution over distances `[1, cells, 4 × bins]`, in units of the stride. The expected distance is the side.
 */
export function decodeNanodet(
  outputs: readonly OutputTensor[],
  { input, strides, classCount }: { input: ModelConfig['input']; strides: readonly number[]; classCount: number },
  confidenceMin: number,
): Candidate[] {
  const candidates: Candidate[] = [];
  for (const stride of strides) {
    const columns = Math.ceil(input.width / stride);
    const cellCount = columns * Math.ceil(input.height / stride);
    // Outputs are told apart by shape: exporters number them as they please.
    const ofStride = outputs.filter(({ dims }) => dims[1] === cellCount);
    const scores = ofStride.find(({ dims }) => dims[2] === classCount);
    const distances = ofStride.find(({ dims }) => dims[2] !== classCount);
    if (!scores || !distances) throw new Error(`The network has no outputs for stride ${stride}.`);
    const binCount = (distances.dims[2] ?? 0) / 4;

    for (let cell = 0; cell < cellCount; cell++) {
      const { classIndex, confidence } = bestClass(scores.data, cell * classCount, classCount);
      if (confidence < confidenceMin) continue;
      const side = (index: number) => expectedBin(distances.data, (cell * 4 + index) * binCount, binCount) * stride;
      const x = (cell % columns) * stride + (stride - 1) / 2;
      const y = Math.floor(cell / columns) * stride + (stride - 1) / 2;
      candidates.push({ x1: x - side(0), y1: y - side(1), x2: x + side(2), y2: y + side(3), classIndex, confidence });
    }
  }
  return candidates;
}

function bestClass(scores: Float32Array, start: number, count: number): { classIndex: number; confidence: number } {
  let classIndex = 0;
  let confidence = -1;
  for (let index = 0; index < count; index++) {
    const score = scores[start + index] as number;
    if (score > confidence) {
      confidence = score;
      classIndex = index;
    }
  }
  return { classIndex, confidence };
}

/** Mean of the bin numbers under the softmax of `count` values. */
function expectedBin(values: Float32Array, start: number, count: number): number {
  let max = -Infinity;
  for (let bin = 0; bin < count; bin++) max = Math.max(max, values[start + bin] as number);
  let total = 0;
  let weighted = 0;
  for (let bin = 0; bin < count; bin++) {
    const weight = Math.exp((values[start + bin] as number) - max);
    total += weight;
    weighted += weight * bin;
  }
  return weighted / total;
}
