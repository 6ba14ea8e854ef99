import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { Box } from '@sightline/inference/contract';
import { SidecarError } from '@sightline/inference/errors';
import { runNpm } from '@sightline/inference/models/npm-registry';
import { overlapOf } from '@sightline/inference/vision/boxes';
import sharp from 'sharp';
import type { Detections } from './constant-network.ts';
import { bytesOf } from './pictures.ts';
import { startSidecar } from './sidecar.ts';

const samples = new URL('../../deploy/samples/pictures/', import.meta.url);
// Fetched once and shared with `npm start`; a copy that is there already costs nothing.
const modelsDirectory = join(resolve('data'), 'models');
const overlapMin = 0.5;
/** In `astronaut.jpg`, drawn by hand on a pixel grid: from where the fringe ends to the chin, without the ears. */
const drawn: Box = { x: 178, y: 68, width: 92, height: 110 };
/** Nobody's face is to be seen in them. In `cat.jpg` there is one, of a cat, and the network is 75 % sure of it. */
const faceless = ['coffee', 'dog', 'eagle', 'giraffe', 'horses', 'kite', 'person'];

/** The real network, or null where it can neither be found nor fetched. */
async function startFaces() {
  try {
    return await startSidecar({ model: 'faces', modelsDirectory }, { npm: runNpm });
  } catch (error) {
    if (error instanceof SidecarError && error.code === 'MODEL_FETCH_FAILED') return null;
    throw error;
  }
}

const read = async (name: string) => new Uint8Array(await readFile(new URL(`${name}.jpg`, samples)));
const textOf = ({ detections }: Detections) =>
  detections
    .map(({ confidence, box }) => `${confidence.toFixed(2)} ${Object.values(box).map(Math.round).join(' ')}`)
    .join(', ');

function assertFound(answer: Detections, face: Box): void {
  const [only, ...others] = answer.detections;
  assert.ok(only && only.label === 'face' && others.length === 0, `one face, not: ${textOf(answer)}`);
  assert.ok(overlapOf(only.box, face) >= overlapMin, `not at ${Object.values(face).join(' ')} but ${textOf(answer)}`);
}

test('faces', async (t) => {
  const started = await startFaces();
  if (!started) return t.skip('the model faces is neither on this machine nor to be had from the registry');
  await using sidecar = started;

  await t.test('a face is found where a person sees it', async () => {
    assertFound(await sidecar.see(await read('astronaut')), drawn);
  });

  await t.test('so is a small one at the edge of a large picture, mirrored', async () => {
    const portrait = await sharp(await read('astronaut'))
      .resize(384, 384)
      .flop()
      .toBuffer();
    const picture = await bytesOf(
      sharp({ create: { width: 1_280, height: 720, channels: 3, background: '#7a8590' } })
        .composite([{ input: portrait, left: 896, top: 336 }])
        .jpeg(),
    );
    const { x, y, width, height } = drawn;
    const scale = 384 / 512;
    assertFound(await sidecar.see(picture), {
      x: 896 + (512 - x - width) * scale,
      y: 336 + y * scale,
      width: width * scale,
      height: height * scale,
    });
  });

  for (const name of faceless) {
    await t.test(`no face is made up in ${name}.jpg`, async () => {
      const answer = await sidecar.see(await read(name));
      assert.equal(textOf(answer), '');
    });
  }
});
