import type { ModelConfig } from '../models/model-config.ts';
import type { Candidate } from './boxes.ts';
import type { OutputTensor } from './decode-output.ts';

type Cell = { x: number; y: number; stride: number };

/**
 * Rows of `centre x, centre y, width, height, objectness, class scores…`. With `cells` the first four are relative to
 * the row's cell and the size is a logarithm (YOLOX); without, they are pixels of the input.
 */
export function decodeRows({ dims, data }: OutputTensor, cells: Cell[] | null, confidenceMin: number): Candidate[] {
  const [, rowCount = 0, rowLength = 0] = dims;
  const candidates: Candidate[] = [];
  for (let row = 0; row < rowCount; row++) {
    const start = row * rowLength;
    const objectness = data[start + 4] ?? 0;
    // The product of both can only be smaller.
    if (objectness < confidenceMin) continue;
    let classIndex = 0;
    let best = -1;
    for (let index = 0; index < rowLength - 5; index++) {
      const score = data[start + 5 + index] ?? 0;
      if (score > best) {
        best = score;
        classIndex = index;
      }
    }
    const confidence = Math.min(1, objectness * best);
    if (confidence < confidenceMin) continue;
    let [x = 0, y = 0, width = 0, height = 0] = data.subarray(start, start + 4);
    const cell = cells?.[row];
    if (cell) {
      x = (x + cell.x) * cell.stride;
      y = (y + cell.y) * cell.stride;
      width = Math.exp(width) * cell.stride;
      height = Math.exp(height) * cell.stride;
    }
    candidates.push({
      x1: x - width / 2,
      y1: y - height / 2,
      x2: x + width / 2,
      y2: y + height / 2,
      classIndex,
      confidence,
    });
  }
  return candidates;
}

/** The cells of a multi-stride grid in the order in which YOLOX writes its rows. */
export function gridCells({ width, height }: ModelConfig['input'], strides: readonly number[]): Cell[] {
  return strides.flatMap((stride) => {
    const columns = Math.floor(width / stride);
    const rows = Math.floor(height / stride);
    return Array.from({ length: columns * rows }, (_, index) => ({
      x: index % columns,
      y: Math.floor(index / columns),
      stride,
    }));
  });
}
