import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DetectionConfig } from '@sightline/inference/models/model-config';
import { createDecodeOutput } from '@sightline/inference/vision/decode-output';
import fc from 'fast-check';

const input: DetectionConfig['input'] = {
  width: 64,
  height: 32,
  tensor: { kind: 'uint8-nhwc-rgb' },
  letterbox: { align: 'centre', pad: 0 },
};
const thresholds = { confidence: 0.4, candidate: 0.2, overlap: 0.5 };
const close = (a: number, b: number, tolerance = 1e-4) => Math.abs(a - b) <= tolerance;

test('NanoDet: the best class of a cell, its sides the mean of their distributions', () => {
  const config = {
    input,
    output: { kind: 'nanodet' as const, strides: [16] },
    labels: ['a', 'b', 'c'],
    thresholds,
  };
  // 4 × 2 cells; only the one in column 2, row 1 sees something, of class 1.
  const scores = new Float32Array(8 * 3);
  scores.set([0.1, 0.75, 0.2], 6 * 3);
  const bins = 5;
  const distances = new Float32Array(8 * 4 * bins);
  // Left: certainly 1. Top: 0 or 1, as likely. Right: certainly 2. Bottom: any of five, as likely.
  const at = (side: number) => (6 * 4 + side) * bins;
  distances.set([0, 99, 0, 0, 0], at(0));
  distances.set([99, 99, 0, 0, 0], at(1));
  distances.set([0, 0, 99, 0, 0], at(2));
  const outputs = [
    { name: '1', dims: [1, 8, 4 * bins], data: distances },
    { name: '0', dims: [1, 8, 3], data: scores },
  ];
  const [found, ...others] = createDecodeOutput(config)(outputs, 0.4);
  assert.deepEqual(others, []);
  // Centre of the cell as NanoDet counts it: 2 × 16 + 7.5 and 16 + 7.5.
  assert.ok(found && found.classIndex === 1 && close(found.confidence, 0.75));
  assert.ok(
    close(found.x1, 39.5 - 16) && close(found.y1, 23.5 - 8) && close(found.x2, 39.5 + 32) && close(found.y2, 23.5 + 32),
  );
});

test('YOLOX: rows are offsets from their cell and logarithms of their size', () => {
  const config = {
    input,
    output: { kind: 'yolox' as const, strides: [16, 32] },
    labels: ['a', 'b'],
    thresholds,
  };
  const rows = new Float32Array((8 + 2) * 7);
  rows.set([0.5, 0.25, 0, Math.log(2), 0.9, 0.1, 1], 5 * 7); // stride 16, column 1, row 1
  rows.set([0.5, 0.5, 0, 0, 0.8, 0.75, 0], 9 * 7); // stride 32, column 1, row 0
  rows.set([0, 0, 0, 0, 0.9, 0.1, 0.1], 0); // sure of something, not of what
  const found = createDecodeOutput(config)([{ name: 'rows', dims: [1, 10, 7], data: rows }], 0.4);
  assert.equal(found.length, 2);
  const [small, large] = found;
  assert.ok(small && small.classIndex === 1 && close(small.confidence, 0.9));
  assert.ok(close(small.x1, 24 - 8) && close(small.x2, 24 + 8) && close(small.y1, 20 - 16) && close(small.y2, 20 + 16));
  assert.ok(large && large.classIndex === 0 && close(large.confidence, 0.6));
  assert.ok(close(large.x1, 32) && close(large.x2, 64) && close(large.y1, 0) && close(large.y2, 32));
});

const families: { output: DetectionConfig['output']; shapes: Record<string, number[]> }[] = [
  { output: { kind: 'nanodet', strides: [16] }, shapes: { scores: [1, 8, 2], sides: [1, 8, 20] } },
  { output: { kind: 'yolox', strides: [16, 32] }, shapes: { rows: [1, 10, 7] } },
  { output: { kind: 'rows' }, shapes: { rows: [1, 12, 7] } },
  { output: { kind: 'yunet', strides: [16] }, shapes: { cls_16: [1, 8, 2], obj_16: [1, 8, 1], bbox_16: [1, 8, 4] } },
  ...(['none', 'sigmoid', 'softmax'] as const).flatMap((activation) => {
    const classCount = activation === 'softmax' ? 3 : 2;
    const names = { boxes: 'boxes', scores: 'scores', hasBackground: activation === 'softmax', activation };
    return [
      {
        output: { kind: 'boxes-scores' as const, ...names, format: 'cxcywh' as const, isNormalized: true },
        shapes: { boxes: [1, 9, 4], scores: [1, 9, classCount] },
      },
      {
        output: {
          kind: 'ssd' as const,
          ...names,
          offsets: { kind: 'variances' as const, centre: 0.1, size: 0.2 },
          anchors: [{ stride: 16, sizes: [[0.1, 0.1] as [number, number]] }],
        },
        shapes: { boxes: [1, 8, 4], scores: [1, 8, classCount] },
      },
    ];
  }),
];

test('whatever the weights have become, no family writes a box of no numbers', () => {
  const number = fc.oneof(fc.float({ min: -4, max: 4, noNaN: true }), fc.float());
  for (const { output, shapes } of families) {
    const decode = createDecodeOutput({ input, output, labels: ['a', 'b'], thresholds });
    const entries = Object.entries(shapes).map(([name, dims]) => {
      const length = dims.reduce((product, size) => product * size, 1);
      return fc.array(number, { minLength: length, maxLength: length }).map((values) => ({
        ...{ name, dims, data: Float32Array.from(values) },
      }));
    });
    fc.assert(
      fc.property(fc.tuple(...entries), fc.constantFrom(0, 0.01, 0.4, 1), (outputs, confidenceMin) => {
        for (const { x1, y1, x2, y2, classIndex, confidence } of decode(outputs, confidenceMin)) {
          assert.ok([x1, y1, x2, y2].every(Number.isFinite) && x2 > x1 && y2 > y1);
          assert.ok(confidence >= confidenceMin && confidence <= 1);
          assert.ok(classIndex === 0 || classIndex === 1);
        }
      }),
    );
  }
});

test('outputs of another shape than the config says are refused by name, not read as something else', () => {
  for (const { output, shapes } of families) {
    if (output.kind === 'rows') continue;
    const decode = createDecodeOutput({ input, output, labels: ['a', 'b'], thresholds });
    const outputs = Object.entries(shapes).map(([name, [, rowCount = 0, length = 0]]) => {
      // Transposed: as many numbers, all of them elsewhere.
      return { name, dims: [1, length, rowCount], data: new Float32Array(rowCount * length).fill(0.5) };
    });
    assert.throws(() => decode(outputs, 0.4), /output/, output.kind);
    assert.throws(() => decode([], 0.4), /output/, output.kind);
  }
});

test('of however many sure cells the surest three hundred remain', () => {
  const rowCount = 60_000;
  const rows = new Float32Array(rowCount * 6);
  // Side by side, each a little surer than another far away from it.
  const confidenceOf = (row: number) => 0.5 + ((row * 7_919) % rowCount) / rowCount / 4;
  for (let row = 0; row < rowCount; row++) rows.set([row * 2, 0, 1, 1, 1, confidenceOf(row)], row * 6);
  const decode = createDecodeOutput({ input, output: { kind: 'rows' }, labels: ['a'], thresholds });
  const found = decode([{ name: 'rows', dims: [1, rowCount, 6], data: rows }], 0.1);
  const surest = Array.from({ length: rowCount }, (_, row) => Math.fround(confidenceOf(row))).toSorted((a, b) => b - a);
  assert.deepEqual(
    found.map(({ confidence }) => confidence),
    surest.slice(0, 300),
  );
});
