import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { Box, DetectionPrediction } from '@sightline/inference/contract';
import { SidecarError } from '@sightline/inference/errors';
import { runNpm } from '@sightline/inference/models/npm-registry';
import { overlapOf } from '@sightline/inference/vision/boxes';
import { startSidecar } from './sidecar.ts';

type Drawn = {
  label: string;
  box: [x: number, y: number, width: number, height: number];
  /** Too much for a model of this size. */ hard?: boolean;
};
type Picture = { file: string; objects: Drawn[] };

const samples = new URL('../../deploy/samples/', import.meta.url);
// Fetched once and shared with `npm start`; a copy that is there already costs nothing.
const modelsDirectory = join(resolve('data'), 'models');
const overlapMin = 0.5;
/** What this small network does not see, by name: it is 27 % sure of the cup and calls the foal a cow. */
const knownMisses = new Set(['pictures/coffee.jpg cup', 'pictures/horses.jpg horse 437 213 160 132']);

/** The real detector, or null and why where it can neither be found nor fetched. */
async function startDetector() {
  try {
    return await startSidecar({ model: 'nanodet-g', modelsDirectory }, { npm: runNpm });
  } catch (error) {
    if (error instanceof SidecarError && error.code === 'MODEL_FETCH_FAILED') return null;
    throw error;
  }
}

test('on real pictures the detector finds what a person drew boxes around', async (t) => {
  const started = await startDetector();
  if (!started) return t.skip('the model nanodet-g is neither on this machine nor to be had from the registry');
  await using sidecar = started;
  const pictures = JSON.parse(await readFile(new URL('boxes.json', samples), 'utf8')) as Picture[];
  assert.ok(pictures.length > 0);
  for (const { file, objects } of pictures) {
    await t.test(file, async () => {
      const { detections } = await sidecar.see(new Uint8Array(await readFile(new URL(file, samples))));
      const missed = objects.filter(({ hard }) => !hard).filter((drawn) => !isFound(drawn, detections));
      const seen = detections.map(({ label, confidence, box }) => `${label} ${confidence.toFixed(2)} ${textOf(box)}`);
      const wanted = missed
        .map(({ label, box }) => `${file} ${label} ${box.join(' ')}`)
        .filter((miss) => ![...knownMisses].some((known) => miss.startsWith(known)));
      assert.deepEqual(wanted, [], `not found; what was seen: ${seen.join(', ')}`);
    });
  }
});

function isFound({ label, box: [x, y, width, height] }: Drawn, detections: DetectionPrediction['detections']): boolean {
  const drawn = { x, y, width, height };
  return detections.some((seen) => seen.label === label && overlapOf(seen.box, drawn) >= overlapMin);
}

const textOf = ({ x, y, width, height }: Box) => [x, y, width, height].map(Math.round).join(' ');
