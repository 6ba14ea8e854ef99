import type { DetectionConfig } from '../models/model-config.ts';
import type { Decode } from './decode-output.ts';
import type { Size } from './letterbox.ts';
import { requireOutput, rowLengthOf } from './outputs.ts';
import type { OutputTensor } from './outputs.ts';
import { createReadClass } from './read-class.ts';
import type { ReadClass } from './read-class.ts';

export type BoxesScores = Extract<DetectionConfig['output'], { kind: 'boxes-scores' }>;

/** Boxes that the network finished itself, beside a score per class, or one score and the number of its class. */
export function createDecodeBoxesScores(input: Size, output: BoxesScores): Decode {
  const scaleX = output.isNormalized ? input.width : 1;
  const scaleY = output.isNormalized ? input.height : 1;
  const toCorners = cornersOf[output.format];
  const corners = new Float64Array(4);
  let reader: { classCount: number; read: ReadClass } | null = null;

  return (outputs, findings) => {
    const boxes = requireOutput(outputs, output.boxes);
    const scores = requireOutput(outputs, output.scores);
    const classes = output.classes === undefined ? null : requireOutput(outputs, output.classes);
    const rowCount = boxes.data.length / 4;
    // Networks that suppress overlaps themselves may have found nothing.
    if (rowCount === 0) return;
    requireBoxes(boxes);
    const classCount = rowLengthOf(scores, rowCount);
    if (classes && (classCount !== 1 || rowLengthOf(classes, rowCount) !== 1)) {
      throw new Error(`The outputs '${output.scores}' and '${classes.name}' do not have one number a box.`);
    }
    if (reader?.classCount !== classCount) {
      // Beside a tensor of classes the score is that of the class: nothing stands for the background.
      const hasBackground = output.hasBackground && !classes;
      reader = { classCount, read: createReadClass({ activation: output.activation, hasBackground }, classCount) };
    }
    const firstClass = output.hasBackground ? 1 : 0;
    for (let row = 0; row < rowCount; row++) {
      const best = reader.read(scores.data, row * classCount, findings.floor);
      if (!best) continue;
      const classIndex = classes ? Math.round(classes.data[row] as number) - firstClass : best.classIndex;
      if (!(classIndex >= 0)) continue;
      toCorners(boxes.data, row * 4, corners);
      const x1 = (corners[0] as number) * scaleX;
      const y1 = (corners[1] as number) * scaleY;
      const x2 = (corners[2] as number) * scaleX;
      const y2 = (corners[3] as number) * scaleY;
      findings.add(x1, y1, x2, y2, classIndex, best.confidence);
    }
  };
}

function requireBoxes({ name, dims }: OutputTensor): void {
  if (dims.at(-1) !== 4) throw new Error(`The output '${name}' of shape [${dims.join(', ')}] has no boxes.`);
}

type ToCorners = (data: Float32Array, at: number, corners: Float64Array) => void;

const cornersOf: Record<BoxesScores['format'], ToCorners> = {
  xyxy(data, at, corners) {
    for (let index = 0; index < 4; index++) corners[index] = data[at + index] as number;
  },
  yxyx(data, at, corners) {
    corners[0] = data[at + 1] as number;
    corners[1] = data[at] as number;
    corners[2] = data[at + 3] as number;
    corners[3] = data[at + 2] as number;
  },
  cxcywh(data, at, corners) {
    const halfWidth = (data[at + 2] as number) / 2;
    const halfHeight = (data[at + 3] as number) / 2;
    corners[0] = (data[at] as number) - halfWidth;
    corners[1] = (data[at + 1] as number) - halfHeight;
    corners[2] = (data[at] as number) + halfWidth;
    corners[3] = (data[at + 1] as number) + halfHeight;
  },
  xywh(data, at, corners) {
    corners[0] = data[at] as number;
    corners[1] = data[at + 1] as number;
    corners[2] = (data[at] as number) + (data[at + 2] as number);
    corners[3] = (data[at + 1] as number) + (data[at + 3] as number);
  },
};
