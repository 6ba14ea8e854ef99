import type { Look, SeenOutput } from './look.ts';
import { plain, unchanged } from './verdict.ts';
import type { Verdict } from './verdict.ts';

type Recognize = (look: Look) => Extract<Verdict, { task: 'detection' }> | null;

const strides = [8, 16, 32];

const cellsOf = ({ width, height }: Look['input'], stride: number) =>
  Math.ceil(width / stride) * Math.ceil(height / stride);

/** Dimensions without the leading one of the batch. */
const inner = ({ dims }: SeenOutput) => dims.slice(1);

/** A pair of outputs a stride; how their sizes relate is found in no other family. */
const nanodet: Recognize = ({ input, outputs }) => {
  // The light variants have three strides, the later ones four.
  for (const used of [[...strides, 64], strides]) {
    if (outputs.length !== used.length * 2) continue;
    const pairs = used.map((stride) =>
      outputs.filter((output) => output.dims.length === 3 && inner(output)[0] === cellsOf(input, stride)),
    );
    if (!pairs.every((pair) => pair.length === 2)) continue;
    const lengths = (pairs[0] ?? []).map((output) => inner(output)[1] ?? 0);
    // Distributions over 8 or more distances for each of four sides.
    const distances = lengths.find((length) => length % 4 === 0 && length >= 32 && length <= 68);
    const classCount = lengths.find((_length, index) => index !== lengths.indexOf(distances ?? -1));
    if (distances === undefined || classCount === undefined) continue;
    return {
      family: 'NanoDet',
      because: `${outputs.length} outputs, for strides ${used.join(', ')} a map of ${classCount} class scores and one of ${distances} distances`,
      task: 'detection',
      output: { kind: 'nanodet', strides: used },
      classCount,
      thresholds: { confidence: 0.4, candidate: 0.25, overlap: 0.5 },
      preparation: {
        normalization: { channels: 'bgr', mean: [103.53, 116.28, 123.675], std: [57.375, 57.12, 58.395] },
        letterbox: { align: 'centre', pad: 0 },
      },
    };
  }
  return null;
};

const yunet: Recognize = ({ input, outputs }) => {
  const lengthOf = (name: string, stride: number) => {
    const output = outputs.find((each) => each.name === `${name}_${stride}`);
    return output && inner(output)[0] === cellsOf(input, stride) ? inner(output)[1] : undefined;
  };
  const isComplete = strides.every(
    (stride) => lengthOf('cls', stride) && lengthOf('obj', stride) === 1 && lengthOf('bbox', stride) === 4,
  );
  if (!isComplete) return null;
  return {
    family: 'YuNet',
    because: 'outputs cls_, obj_ and bbox_ for strides 8, 16, 32',
    task: 'detection',
    output: { kind: 'yunet', strides },
    classCount: lengthOf('cls', 8) ?? 1,
    labels: ['face'],
    thresholds: { confidence: 0.6, candidate: 0.4, overlap: 0.3 },
    preparation: { normalization: unchanged('bgr'), letterbox: { align: 'top-left', pad: 0 } },
  };
};

/** Rows of centre, size, objectness and scores: one a cell is YOLOX, three a cell are finished YOLOv5 rows. */
const rows: Recognize = ({ input, outputs, facts }) => {
  const cells = strides.reduce((sum, stride) => sum + cellsOf(input, stride), 0);
  const [output] = outputs;
  if (!output || output.dims.length !== 3) return null;
  const [rowCount, rowLength] = inner(output);
  if (!rowCount || !rowLength || rowLength < 6) return null;
  const common = { task: 'detection', classCount: rowLength - 5 } as const;
  const isFinished = facts.operators.includes('Exp') || areFinished(output, rowLength, input);
  if (outputs.length === 1 && rowCount === cells) {
    return {
      ...common,
      family: isFinished ? 'YOLOX, decoded in the graph' : 'YOLOX',
      because: `one row of ${rowLength} numbers for each of ${cells} cells (strides 8, 16, 32)`,
      output: isFinished ? { kind: 'rows' } : { kind: 'yolox', strides },
      thresholds: { confidence: 0.4, candidate: 0.25, overlap: 0.45 },
      preparation: { normalization: unchanged('bgr'), letterbox: { align: 'top-left', pad: 114 } },
    };
  }
  if (!isFinished || rowCount < 3 || rowCount % 3 !== 0) return null;
  return {
    ...common,
    family: 'rows of centre, size, objectness and class scores (YOLOv5, YOLOv7)',
    because: `${rowCount} rows of ${rowLength} numbers, the first four of which are pixels`,
    output: { kind: 'rows' },
    thresholds: { confidence: 0.4, candidate: 0.25, overlap: 0.45 },
    preparation: { normalization: plain, letterbox: { align: 'centre', pad: 114 } },
  };
};

/** Whether most rows have a centre inside the input and a size of some pixels; offsets and logarithms have neither. */
function areFinished({ data }: SeenOutput, rowLength: number, { width, height }: Look['input']): boolean {
  if (!data || data.length === 0) return false;
  let count = 0;
  for (let at = 0; at < data.length; at += rowLength) {
    const [x = 0, y = 0, w = 0, h = 0] = data.subarray(at, at + 4);
    if (x > -width && x < 2 * width && y > -height && y < 2 * height && w > 2 && h > 2) count += 1;
  }
  return count > (0.9 * data.length) / rowLength;
}

export const detectionFamilies: readonly Recognize[] = [nanodet, yunet, rows];
