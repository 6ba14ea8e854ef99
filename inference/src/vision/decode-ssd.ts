import type { DetectionConfig } from '../models/model-config.ts';
import type { Decode } from './decode-output.ts';
import type { Size } from './letterbox.ts';
import { gridOf, requireOutput, rowLengthOf } from './outputs.ts';
import { createReadClass } from './read-class.ts';
import type { ReadClass } from './read-class.ts';

export type Ssd = Extract<DetectionConfig['output'], { kind: 'ssd' }>;

/**
 * Single-shot detectors (Liu et al., "SSD: Single Shot MultiBox Detector", 2016): every cell of every layer has anchors
 * of set sizes, and the network says by how much a box differs from its anchor: centre x, centre y, width, height.
 */
export function createDecodeSsd(input: Size, output: Ssd): Decode {
  const anchors = anchorsOf(input, output.anchors);
  const { offsets } = output;
  let reader: { classCount: number; read: ReadClass } | null = null;

  return (outputs, findings) => {
    const boxes = requireOutput(outputs, output.boxes);
    const scores = requireOutput(outputs, output.scores);
    const boxLength = rowLengthOf(boxes, anchors.count);
    if (boxLength < 4) throw new Error(`The output '${boxes.name}' has no boxes.`);
    const classCount = rowLengthOf(scores, anchors.count);
    if (reader?.classCount !== classCount) reader = { classCount, read: createReadClass(output, classCount) };

    for (let anchor = 0; anchor < anchors.count; anchor++) {
      const best = reader.read(scores.data, anchor * classCount, findings.floor);
      if (!best) continue;
      const at = anchor * boxLength;
      let x = boxes.data[at] as number;
      let y = boxes.data[at + 1] as number;
      let width = boxes.data[at + 2] as number;
      let height = boxes.data[at + 3] as number;
      if (offsets.kind === 'variances') {
        x *= offsets.centre * (anchors.widths[anchor] as number);
        y *= offsets.centre * (anchors.heights[anchor] as number);
        width = Math.exp(width * offsets.size) * (anchors.widths[anchor] as number);
        height = Math.exp(height * offsets.size) * (anchors.heights[anchor] as number);
      }
      x += anchors.x[anchor] as number;
      y += anchors.y[anchor] as number;
      findings.add(x - width / 2, y - height / 2, x + width / 2, y + height / 2, best.classIndex, best.confidence);
    }
  };
}

/** Centre and size of every anchor in input pixels: layer by layer, row by row, all of a cell one after the other. */
function anchorsOf(input: Size, layers: Ssd['anchors']) {
  const grids = layers.map(({ stride, sizes }) => ({ sizes, ...gridOf(input, stride) }));
  const count = grids.reduce((total, { columns, rows, sizes }) => total + columns * rows * sizes.length, 0);
  const [x, y] = [new Float64Array(count), new Float64Array(count)];
  const [widths, heights] = [new Float64Array(count), new Float64Array(count)];
  let at = 0;
  for (const { columns, rows, sizes } of grids) {
    for (let cell = 0; cell < columns * rows; cell++) {
      for (const [width, height] of sizes) {
        // Cells share the input evenly, also where the stride does not divide it.
        x[at] = (((cell % columns) + 0.5) / columns) * input.width;
        y[at] = ((Math.floor(cell / columns) + 0.5) / rows) * input.height;
        widths[at] = width * input.width;
        heights[at] = height * input.height;
        at++;
      }
    }
  }
  return { count, x, y, widths, heights };
}
