import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PictureInput } from '@sightline/inference/models/model-config';
import { overlapOf, suppress } from '@sightline/inference/vision/boxes';
import type { Candidate } from '@sightline/inference/vision/boxes';
import { createDecodeOutput } from '@sightline/inference/vision/decode-output';
import { createFillTensor } from '@sightline/inference/vision/fill-tensor';
import { placeInto, toPicture } from '@sightline/inference/vision/letterbox';
import fc from 'fast-check';

const inputOf = (overrides: Partial<PictureInput> = {}): PictureInput => ({
  width: 64,
  height: 32,
  tensor: { kind: 'uint8-nhwc-rgb' },
  letterbox: { align: 'centre', pad: 0 },
  ...overrides,
});
const thresholds = { confidence: 0.4, candidate: 0.2, overlap: 0.5 };
const close = (a: number, b: number, tolerance = 1e-4) => Math.abs(a - b) <= tolerance;

test('a box keeps its place on the way into a model and back', () => {
  const side = fc.integer({ min: 1, max: 5_000 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const align = fc.constantFrom('centre' as const, 'top-left' as const);
  fc.assert(
    fc.property(side, side, share, share, share, share, align, (width, height, a, b, c, d, alignment) => {
      const input = inputOf({ letterbox: { align: alignment, pad: 0 } });
      const placement = placeInto({ width, height }, input);
      const { scaled, left, top } = placement;
      assert.ok(left >= 0 && top >= 0 && left + scaled.width <= input.width && top + scaled.height <= input.height);
      const [x1, x2] = [Math.min(a, b), Math.max(a, b)];
      const [y1, y2] = [Math.min(c, d), Math.max(c, d)];
      const box = toPicture(placement, {
        x1: left + x1 * scaled.width,
        y1: top + y1 * scaled.height,
        x2: left + x2 * scaled.width,
        y2: top + y2 * scaled.height,
      });
      const tolerance = 1e-6 * Math.max(width, height);
      assert.ok(close(box.x, x1 * width, tolerance) && close(box.y, y1 * height, tolerance));
      assert.ok(close(box.width, (x2 - x1) * width, tolerance) && close(box.height, (y2 - y1) * height, tolerance));
    }),
  );
});

test('boxes that reach into the padding end at the edge of the picture', () => {
  const placement = placeInto({ width: 320, height: 320 }, inputOf());
  assert.deepEqual(toPicture(placement, { x1: -10, y1: -10, x2: 64, y2: 40 }), { x: 0, y: 0, width: 320, height: 320 });
});

test('overlap is shared area over covered area', () => {
  const box = { x: 10, y: 10, width: 20, height: 10 };
  assert.equal(overlapOf(box, box), 1);
  assert.equal(overlapOf(box, { ...box, x: 30 }), 0);
  assert.ok(close(overlapOf(box, { ...box, x: 20 }), 1 / 3));
  assert.equal(overlapOf({ ...box, width: 0 }, box), 0);
});

test('of overlapping candidates of a class only the surest stays, and no survivor overlaps another', () => {
  const candidate = fc.record({
    x1: fc.integer({ min: 0, max: 50 }),
    y1: fc.integer({ min: 0, max: 50 }),
    classIndex: fc.nat(2),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(candidate, { maxLength: 30 }), (seeds) => {
      const candidates: Candidate[] = seeds.map((seed) => ({ ...seed, x2: seed.x1 + 20, y2: seed.y1 + 20 }));
      const kept = suppress(candidates, 0.5, 10);
      const boxOf = ({ x1, y1, x2, y2 }: Candidate) => ({ x: x1, y: y1, width: x2 - x1, height: y2 - y1 });
      const covers = (a: Candidate, b: Candidate) =>
        a.classIndex === b.classIndex && overlapOf(boxOf(a), boxOf(b)) > 0.5;
      assert.ok(kept.length <= 10);
      for (const [index, one] of kept.entries()) {
        assert.ok(candidates.includes(one));
        for (const other of kept.slice(index + 1)) {
          assert.ok(one.confidence >= other.confidence);
          assert.ok(!covers(one, other));
        }
      }
      if (kept.length === 10) return;
      for (const gone of candidates.filter((each) => !kept.includes(each))) {
        assert.ok(kept.some((survivor) => survivor.confidence >= gone.confidence && covers(survivor, gone)));
      }
    }),
  );
});

test('NanoDet: the best class of a cell, its sides the mean of their distributions', () => {
  const config = {
    input: inputOf(),
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
    input: inputOf(),
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

test('weights gone wrong give no boxes instead of boxes of no numbers', () => {
  const config = { input: inputOf(), output: { kind: 'rows' as const }, labels: ['a'], thresholds };
  const rows = new Float32Array([NaN, 5, 5, 5, 1, 1, Infinity, 5, 5, 5, 1, 1, 5, 5, 4, 4, 1, 1]);
  assert.equal(createDecodeOutput(config)([{ name: 'rows', dims: [1, 3, 6], data: rows }], 0.4).length, 1);
});

test('a network that wants planes of floats gets them normalized, in its order of channels', () => {
  const input = inputOf({
    width: 2,
    height: 1,
    tensor: { kind: 'float32-nchw', channels: 'bgr', mean: [1, 2, 3], std: [2, 4, 8] },
  });
  const fill = createFillTensor(input);
  const { dims, data } = fill(Uint8Array.of(11, 22, 33, 44, 55, 66));
  assert.deepEqual(dims, [1, 3, 1, 2]);
  assert.deepEqual([...data], [(33 - 1) / 2, (66 - 1) / 2, (22 - 2) / 4, (55 - 2) / 4, (11 - 3) / 8, (44 - 3) / 8]);
  const raw = Uint8Array.of(1, 2, 3, 4, 5, 6);
  assert.equal(createFillTensor(inputOf({ width: 2, height: 1 }))(raw).data, raw, 'raw pixels are not copied');
});
