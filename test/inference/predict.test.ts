import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DetectionPrediction } from '@sightline/inference/contract';
import { blob, bytesOf, scene, twoBlobs } from './pictures.ts';
import { refusal, startSidecar } from './sidecar.ts';
import type { TestSidecar } from './sidecar.ts';

describe('POST /predict', () => {
  let sidecar: TestSidecar;
  before(async () => {
    sidecar = await startSidecar();
  });
  after(() => sidecar[Symbol.asyncDispose]());

  test('names what it sees, in pixels and as fractions, surest first', async () => {
    const { detections, image, model, timings } = await sidecar.see(await twoBlobs());

    assert.deepEqual(image, { width: 320, height: 240 });
    assert.equal(model.name, 'blobs');
    assert.match(model.digest, /^sha256:[0-9a-f]{64}$/);
    const byLabel = new Map(detections.map((detection) => [detection.label, detection]));
    assert.deepEqual([...byLabel.keys()].toSorted(), ['blue', 'red']);
    assert.deepEqual(byLabel.get('red')?.box, { x: 40, y: 60, width: 60, height: 40 });
    assert.deepEqual(byLabel.get('red')?.normalizedBox, { x: 40 / 320, y: 0.25, width: 60 / 320, height: 40 / 240 });
    assert.deepEqual(byLabel.get('blue')?.box, { x: 200, y: 150, width: 60, height: 40 });
    for (const stage of ['decodeMs', 'preprocessMs', 'queueMs', 'modelMs', 'postprocessMs'] as const) {
      assert.ok(timings[stage] >= 0 && timings[stage] <= timings.totalMs, stage);
    }
  });

  test('answers the same to raw bytes, a form and base64', async () => {
    const picture = await twoBlobs();
    const form = new FormData();
    form.set('file', new Blob([picture]), 'picture.png');
    const base64 = Buffer.from(picture).toString('base64');
    const json = { 'content-type': 'application/json' };
    const answers = await Promise.all([
      sidecar.predict(picture, { 'content-type': 'image/png' }),
      sidecar.predict(picture, { 'content-type': 'application/octet-stream' }),
      sidecar.predict(form),
      sidecar.predict(JSON.stringify({ image: base64 }), json),
      sidecar.predict(JSON.stringify({ image: `data:image/png;base64,${base64}` }), json),
    ]);
    const [first, ...others] = await Promise.all(
      answers.map(async (answer) => {
        assert.equal(answer.status, 200);
        const { detections, image, model } = (await answer.json()) as DetectionPrediction;
        return { detections, image, model };
      }),
    );
    assert.equal(first?.detections.length, 2);
    for (const other of others) assert.deepEqual(other, first);
  });

  for (const format of ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const) {
    test(`reads ${format.toUpperCase()}`, async () => {
      const { detections } = await sidecar.see(await bytesOf(scene([blob('green', 80, 60, 120, 90)]).toFormat(format)));
      assert.deepEqual(
        detections.map(({ label }) => label),
        ['green'],
      );
      const { x = 0, y = 0, width = 0, height = 0 } = detections[0]?.box ?? {};
      for (const [found, drawn] of [
        [x, 80],
        [y, 60],
        [width, 120],
        [height, 90],
      ] as const) {
        assert.ok(Math.abs(found - drawn) <= 3, `${format}: ${found} instead of ${drawn}`);
      }
    });
  }

  test('reads 16 bits a channel, grey, CMYK and transparency as what they look like', async () => {
    const base = await scene([blob('red', 40, 60)])
      .png()
      .toBuffer();
    const { default: sharp } = await import('sharp');
    const deep = await sidecar.see(await bytesOf(sharp(base).toColourspace('rgb16').png()));
    assert.deepEqual(
      deep.detections.map(({ label }) => label),
      ['red'],
    );
    const cmyk = await sidecar.see(await bytesOf(sharp(base).toColourspace('cmyk').jpeg()));
    assert.deepEqual(
      cmyk.detections.map(({ label }) => label),
      ['red'],
    );
    const grey = await sidecar.see(await bytesOf(sharp(base).toColourspace('b-w').png()));
    assert.deepEqual(grey.detections, []);
    // What is fully transparent is not there, whatever colour hides behind it.
    const hidden = await sidecar.see(await bytesOf(sharp(base).removeAlpha().ensureAlpha(0).png()));
    assert.deepEqual(hidden.detections, []);
  });

  test('threshold, labels and max choose what is reported', async () => {
    const picture = await bytesOf(scene([blob('red', 10, 10), blob('blue', 100, 100), blob('green', 200, 40)]).png());
    const labelsFor = async (query: string) =>
      (await sidecar.see(picture, query)).detections.map(({ label }) => label).toSorted();
    assert.deepEqual(await labelsFor('?labels=red,blue'), ['blue', 'red']);
    assert.equal((await labelsFor('?max=1')).length, 1);
    assert.deepEqual(await labelsFor('?threshold=1'), ['blue', 'green', 'red']);
  });

  const wrong: [query: string, why: string][] = [
    ['?labels=dinosaur', 'a label that the model does not know'],
    ['?threshold=2', 'a threshold above 1'],
    ['?threshold=x', 'a threshold that is no number'],
    ['?max=0', 'no objects at all'],
    ['?treshold=0.5', 'an option that does not exist'],
  ];
  for (const [query, why] of wrong) {
    test(`refuses ${why}`, async () => {
      const response = await sidecar.predict(await twoBlobs(), { 'content-type': 'image/png' }, query);
      assert.equal(await refusal(response), '400 INPUT_INVALID');
    });
  }

  test("keeps the caller's request id, and makes one where it is not fit for a log", async () => {
    const picture = await twoBlobs();
    const named = await sidecar.predict(picture, { 'content-type': 'image/png', 'x-request-id': 'camera-7.frame_12' });
    assert.equal(named.headers.get('x-request-id'), 'camera-7.frame_12');
    assert.equal(((await named.json()) as DetectionPrediction).requestId, 'camera-7.frame_12');
    const odd = await sidecar.predict(picture, { 'content-type': 'image/png', 'x-request-id': '"quoted" {}' });
    assert.match(odd.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  });
});
