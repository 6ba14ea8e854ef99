import type { Decode } from './decode-output.ts';
import type { Size } from './letterbox.ts';
import { gridOf, indexOfBest, rowLengthOf } from './outputs.ts';
import type { OutputTensor } from './outputs.ts';

/** Centre, size and objectness come before the class scores. */
const scoresAt = 5;

/** Rows `[1, n, 5 + classes]` of `centre x, centre y, width, height, objectness, class scores…` in pixels of the input. */
export function createDecodeRows(): Decode {
  return (outputs, findings) => {
    const rows = requireRows(outputs, null);
    forEachFound(rows, findings, (_row, data, start, classIndex, confidence) => {
      const x = data[start] as number;
      const y = data[start + 1] as number;
      const halfWidth = (data[start + 2] as number) / 2;
      const halfHeight = (data[start + 3] as number) / 2;
      findings.add(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, classIndex, confidence);
    });
  };
}

/**
 * The same rows as YOLOX exports them: the centre as an offset from the row's cell, the size as a logarithm, both in
 * units of the cell's stride. Cells come row by row, stride by stride.
 */
export function createDecodeYolox(input: Size, strides: readonly number[]): Decode {
  const cells = cellsOf(input, strides);
  return (outputs, findings) => {
    const rows = requireRows(outputs, cells.count);
    forEachFound(rows, findings, (row, data, start, classIndex, confidence) => {
      const stride = cells.strides[row] as number;
      const x = ((data[start] as number) + (cells.x[row] as number)) * stride;
      const y = ((data[start + 1] as number) + (cells.y[row] as number)) * stride;
      const halfWidth = (Math.exp(data[start + 2] as number) * stride) / 2;
      const halfHeight = (Math.exp(data[start + 3] as number) * stride) / 2;
      findings.add(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, classIndex, confidence);
    });
  };
}

type Rows = { data: Float32Array; rowLength: number; rowCount: number };
type OnFound = (row: number, data: Float32Array, start: number, classIndex: number, confidence: number) => void;

function forEachFound(
  { data, rowLength, rowCount }: Rows,
  findings: { readonly floor: number },
  onFound: OnFound,
): void {
  for (let row = 0; row < rowCount; row++) {
    const start = row * rowLength;
    const objectness = data[start + 4] as number;
    // The product of both can only be smaller.
    if (!(objectness >= findings.floor)) continue;
    const at = indexOfBest(data, start + scoresAt, start + rowLength);
    const confidence = objectness * (data[at] as number);
    if (confidence >= findings.floor) onFound(row, data, start, at - start - scoresAt, confidence);
  }
}

/** The output that has rows; `rowCount` of them if that is known. */
function requireRows(outputs: readonly OutputTensor[], rowCount: number | null): Rows {
  const rows = outputs.find(({ dims }) => dims.length >= 2 && dims.at(-2) === (rowCount ?? dims.at(-2)));
  if (!rows) throw new Error(`The network has no output of ${rowCount ?? 'any'} rows.`);
  const count = rows.dims.at(-2) ?? 0;
  const rowLength = count === 0 ? scoresAt + 1 : rowLengthOf(rows, count);
  if (rowLength <= scoresAt) throw new Error(`The rows of the output '${rows.name}' have no class scores.`);
  return { data: rows.data, rowLength, rowCount: count };
}

/** Column, row and stride of every cell of a grid per stride. */
function cellsOf(input: Size, strides: readonly number[]) {
  const grids = strides.map((stride) => ({ stride, ...gridOf(input, stride) }));
  const count = grids.reduce((total, { columns, rows }) => total + columns * rows, 0);
  const cells = { count, x: new Float32Array(count), y: new Float32Array(count), strides: new Float32Array(count) };
  let at = 0;
  for (const { stride, columns, rows } of grids) {
    for (let cell = 0; cell < columns * rows; cell++, at++) {
      cells.x[at] = cell % columns;
      cells.y[at] = Math.floor(cell / columns);
      cells.strides[at] = stride;
    }
  }
  return cells;
}
