import type { Decode } from './decode-output.ts';
import type { Size } from './letterbox.ts';
import { gridOf, indexOfBest, requireOutput, rowLengthOf } from './outputs.ts';

/**
 * YuNet writes, for every stride, `cls_<stride>` and `obj_<stride>`, both of them probabilities, and `bbox_<stride>`
 * `[1, cells, 4]`: the centre as an offset from the cell and the size as a logarithm, in units of the stride. How sure
 * it is is the geometric mean of the two.
 */
export function createDecodeYunet(input: Size, strides: readonly number[]): Decode {
  return (outputs, findings) => {
    for (const stride of strides) {
      const { columns, rows } = gridOf(input, stride);
      const cellCount = columns * rows;
      const classes = requireOutput(outputs, `cls_${stride}`);
      const objectness = requireOutput(outputs, `obj_${stride}`);
      const boxes = requireOutput(outputs, `bbox_${stride}`);
      const classCount = rowLengthOf(classes, cellCount);
      const boxLength = rowLengthOf(boxes, cellCount);
      rowLengthOf(objectness, cellCount);
      for (let cell = 0; cell < cellCount; cell++) {
        const something = clamp(objectness.data[cell] as number);
        if (!(something >= findings.floor * findings.floor)) continue;
        const first = cell * classCount;
        const at = indexOfBest(classes.data, first, first + classCount);
        const confidence = Math.sqrt(clamp(classes.data[at] as number) * something);
        if (!(confidence >= findings.floor)) continue;
        const box = cell * boxLength;
        const x = ((cell % columns) + (boxes.data[box] as number)) * stride;
        const y = (Math.floor(cell / columns) + (boxes.data[box + 1] as number)) * stride;
        const halfWidth = (Math.exp(boxes.data[box + 2] as number) * stride) / 2;
        const halfHeight = (Math.exp(boxes.data[box + 3] as number) * stride) / 2;
        findings.add(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, at - first, confidence);
      }
    }
  };
}

/** Rounding leaves some of them outside 0 to 1. NaN stays. */
const clamp = (value: number) => Math.min(1, Math.max(0, value));
