import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SidecarError } from '@sightline/inference/errors';
import { compareFolded } from '@sightline/inference/models/inspect/compare-folded';
import { foldInput } from '@sightline/inference/models/inspect/fold-input';
import { pictureShapeOf } from '@sightline/inference/models/inspect/look';
import { readOnnx } from '@sightline/inference/models/inspect/read-onnx';
import type { Normalization } from '@sightline/inference/models/inspect/verdict';
import { echoNetwork, families } from './small-networks.ts';

const size = 32;
const dimsOf = { nchw: [1, 3, size, size], nhwc: [1, size, size, 3] };
const imagenet: Normalization = { channels: 'rgb', mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };

/** Folds `normalization` into a network and compares it with the original, which is given `assumed`. */
async function fold(bytes: Uint8Array, normalization: Normalization, assumed = normalization) {
  const facts = readOnnx(bytes);
  const shape = pictureShapeOf(facts.inputs, 640);
  assert.ok(typeof shape !== 'string', String(shape));
  const folded = foldInput({ bytes, facts, input: shape, normalization });
  const folder = await mkdtemp(join(tmpdir(), 'sightline-fold-'));
  try {
    const [originalPath, foldedPath] = [join(folder, 'original.onnx'), join(folder, 'folded.onnx')];
    await writeFile(originalPath, bytes);
    await writeFile(foldedPath, folded);
    const { width, height, layout, name } = shape;
    const input = {
      ...{ width, height, letterbox: { align: 'stretch' as const, pad: 0 } },
      tensor: { kind: `float32-${layout}` as const, ...assumed },
    };
    const result = await compareFolded({ originalPath, inputName: name, input, foldedPath, pictureFolders: [] });
    return { ...result, facts: readOnnx(folded) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

for (const layout of ['nchw', 'nhwc'] as const) {
  for (const normalization of [
    imagenet,
    { ...imagenet, channels: 'bgr' as const },
    { channels: 'bgr' as const, mean: [0, 0, 0], std: [1, 1, 1] } satisfies Normalization,
    { channels: 'rgb' as const, mean: [0, 0, 0], std: [255, 255, 255] } satisfies Normalization,
  ]) {
    const name = `${layout}, ${normalization.channels}, mean ${normalization.mean[0]}, std ${normalization.std[0]}`;
    test(`folded in, every pixel of every channel arrives as before (${name})`, async () => {
      const { difference, facts } = await fold(echoNetwork(dimsOf[layout]), normalization);
      assert.ok(difference < 1e-6, String(difference));
      assert.deepEqual(facts.inputs, [{ name: 'pixels', type: 'uint8', dims: [1, size, size, 3] }]);
    });
  }
}

test('another normalization than the one that is served is found out', async () => {
  const wrong = { ...imagenet, channels: 'bgr' as const };
  const refused = (error: unknown) =>
    error instanceof SidecarError && error.code === 'MODEL_INVALID' && /differ by up to .* %/.test(error.message);
  await assert.rejects(fold(echoNetwork(dimsOf.nchw), wrong, imagenet), refused);
  // A network that makes much of the smallest rounding is refused, too.
  await assert.rejects(fold(echoNetwork(dimsOf.nchw, 1e7), imagenet), refused);
});

test('names of the file that are in the way are not taken', async () => {
  const once = echoNetwork(dimsOf.nchw);
  const named = Buffer.from(Buffer.from(once).toString('latin1').replaceAll('\x06logits', '\x06pixels'), 'latin1');
  const { difference, facts } = await fold(named, imagenet);
  assert.ok(difference < 1e-6);
  assert.deepEqual(
    facts.inputs.map(({ name }) => name),
    ['pixels_'],
  );
});

test('what takes bytes already is left alone', async () => {
  await assert.rejects(fold(families.suppressed(), imagenet), /nothing to fold/);
});
