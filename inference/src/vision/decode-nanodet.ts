import type { Decode } from './decode-output.ts';
import type { Size } from './letterbox.ts';
import { gridOf, indexOfBest } from './outputs.ts';
import type { OutputTensor } from './outputs.ts';

/**
 * NanoDet writes, for every stride, class scores `[1, cells, classes]` and for each of a cell's four sides a
 * distribution over distances `[1, cells, 4 × bins]`, in units of the stride. The expected distance is the side.
 */
export function createDecodeNanodet(input: Size, strides: readonly number[], classCount: number): Decode {
  return (outputs, findings) => {
    for (const stride of strides) {
      const { columns, rows } = gridOf(input, stride);
      const cellCount = columns * rows;
      const { scores, distances } = outputsOf(outputs, stride, cellCount, classCount);
      const binCount = distances.data.length / cellCount / 4;
      for (let cell = 0; cell < cellCount; cell++) {
        const start = cell * classCount;
        const at = indexOfBest(scores.data, start, start + classCount);
        const confidence = scores.data[at] as number;
        if (!(confidence >= findings.floor)) continue;
        const sides = cell * 4 * binCount;
        const x = (cell % columns) * stride + (stride - 1) / 2;
        const y = Math.floor(cell / columns) * stride + (stride - 1) / 2;
        findings.add(
          x - expectedBin(distances.data, sides, binCount) * stride,
          y - expectedBin(distances.data, sides + binCount, binCount) * stride,
          x + expectedBin(distances.data, sides + 2 * binCount, binCount) * stride,
          y + expectedBin(distances.data, sides + 3 * binCount, binCount) * stride,
          at - start,
          confidence,
        );
      }
    }
  };
}

/** Told apart by shape: exporters name and number them as they please. */
function outputsOf(outputs: readonly OutputTensor[], stride: number, cellCount: number, classCount: number) {
  const ofStride = outputs.filter(({ dims, data }) => dims.at(-2) === cellCount && data.length % cellCount === 0);
  const asScores = ofStride.filter(({ data }) => data.length === cellCount * classCount);
  // As many bins as classes: only the name is left to tell by.
  const scores = asScores.length > 1 ? asScores.find(({ name }) => /cls|class|score|conf/i.test(name)) : asScores[0];
  const distances = ofStride.find((output) => output !== scores && (output.data.length / cellCount) % 4 === 0);
  if (!scores || !distances) {
    throw new Error(`The network has no outputs of ${cellCount} cells for stride ${stride} and ${classCount} classes.`);
  }
  return { scores, distances };
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
