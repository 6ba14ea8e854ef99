import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { blob, bytesOf, scene } from './pictures.ts';
import { startSidecar } from './sidecar.ts';

/** What each orientation says has been done to an upright picture; this undoes nothing, it makes such files. */
const stored: Record<number, (upright: Sharp) => Sharp> = {
  1: (image) => image,
  2: (image) => image.flop(),
  3: (image) => image.rotate(180),
  4: (image) => image.flip(),
  5: (image) => image.rotate(270).flop(),
  6: (image) => image.rotate(270),
  7: (image) => image.rotate(90).flop(),
  8: (image) => image.rotate(90),
};

test('boxes are those of the upright picture, for every EXIF orientation', async () => {
  await using sidecar = await startSidecar();
  const upright = await scene([blob('red', 30, 20, 90, 50), blob('blue', 200, 140, 40, 70)])
    .png()
    .toBuffer();
  for (const [orientation, store] of Object.entries(stored)) {
    const lying = await store(sharp(upright)).png().toBuffer();
    const file = await bytesOf(
      sharp(lying)
        .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
        .withMetadata({ orientation: Number(orientation) }),
    );
    const { image, detections } = await sidecar.see(file);
    assert.deepEqual(image, { width: 320, height: 240 }, `orientation ${orientation}`);
    const boxes = Object.fromEntries(detections.map(({ label, box }) => [label, box]));
    assert.deepEqual(
      boxes,
      { red: { x: 30, y: 20, width: 90, height: 50 }, blue: { x: 200, y: 140, width: 40, height: 70 } },
      `orientation ${orientation}`,
    );
  }
});
