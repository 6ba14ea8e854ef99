import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PictureInput } from '@sightline/inference/models/model-config';
import { overlapOf, suppress } from '@sightline/inference/vision/boxes';
import type { Candidate } from '@sightline/inference/vision/boxes';
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
const close = (a: number, b: number, tolerance = 1e-4) => Math.abs(a - b) <= tolerance;

test('a box keeps its place on the way into a model and back', () => {
  const side = fc.integer({ min: 1, max: 5_000 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const align = fc.constantFrom('centre' as const, 'top-left' as const, 'stretch' as const);
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

test('cropping shows the middle of a picture, and boxes in it are where they are in the whole', () => {
  const input = inputOf({ letterbox: { align: 'crop', pad: 0 } });
  const placement = placeInto({ width: 400, height: 100 }, input);
  assert.deepEqual(placement.region, { left: 100, top: 0, width: 200, height: 100 });
  assert.deepEqual(toPicture(placement, { x1: 0, y1: 0, x2: 32, y2: 16 }), { x: 100, y: 0, width: 100, height: 50 });
  const side = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(side, side, (width, height) => {
      const { region, scaled } = placeInto({ width, height }, input);
      assert.deepEqual(scaled, { width: input.width, height: input.height });
      assert.ok(region.left >= 0 && region.left + region.width <= width && region.width >= 1);
      assert.ok(region.top >= 0 && region.top + region.height <= height && region.height >= 1);
      assert.ok(Object.values(region).every(Number.isInteger));
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

test('pictures of a batch are filled one after the other, whatever the layout and wherever their bytes lie', () => {
  const mean: [number, number, number] = [1, 2, 3];
  const std: [number, number, number] = [2, 4, 8];
  const pictures = [0, 1].map((picture) =>
    Uint8Array.from({ length: 3 * 24 }, (_, index) => (index * 7 + picture) % 256),
  );
  for (const [width, height] of [
    [6, 4],
    [23, 1],
  ] as const) {
    for (const kind of ['float32-nchw', 'float32-nhwc'] as const) {
      for (const channels of ['rgb', 'bgr'] as const) {
        const fill = createFillTensor(inputOf({ width, height, tensor: { kind, channels, mean, std } }));
        const length = 3 * width * height;
        const batch = new Float32Array(2 * length);
        for (const [index, picture] of pictures.entries()) {
          // Bytes 1 to … of a larger buffer: what comes from outside starts anywhere.
          const shifted = new Uint8Array(length + 1).subarray(1);
          shifted.set(picture.subarray(0, length));
          const { dims } = fill(
            index === 0 ? picture.slice(0, length) : shifted,
            batch.subarray(index * length, (index + 1) * length),
          );
          assert.deepEqual(dims, kind === 'float32-nchw' ? [1, 3, height, width] : [1, height, width, 3]);
        }
        for (const [index, picture] of pictures.entries()) {
          for (let pixel = 0; pixel < width * height; pixel++) {
            for (let place = 0; place < 3; place++) {
              const value = picture[pixel * 3 + (channels === 'bgr' ? 2 - place : place)] ?? 0;
              const at = kind === 'float32-nchw' ? place * width * height + pixel : pixel * 3 + place;
              assert.equal(batch[index * length + at], (value - (mean[place] ?? 0)) / (std[place] ?? 1));
            }
          }
        }
      }
    }
  }
});

test('a picture or a place of another size than the input is refused', () => {
  for (const tensor of [
    { kind: 'uint8-nhwc-rgb' } as const,
    { kind: 'float32-nchw', channels: 'rgb', mean: [0, 0, 0], std: [1, 1, 1] } as const,
  ]) {
    const fill = createFillTensor(inputOf({ width: 2, height: 2, tensor: tensor as PictureInput['tensor'] }));
    assert.throws(() => fill(new Uint8Array(11)), /11 elements, not 12/);
    assert.throws(() => fill(new Uint8Array(12), new Float32Array(13)), /13 elements|bytes/);
    assert.throws(() => fill(new Uint8Array(12), new Uint8Array(13)), /13 elements|floats/);
  }
});
