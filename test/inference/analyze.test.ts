import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { FrameAnalysis } from '@sightline/inference/contract';
import { preferredType } from '@sightline/inference/http/negotiate';
import { drawDetections } from '@sightline/inference/pictures/draw-detections';
import { textColumns } from '@sightline/inference/pictures/letters';
import sharp from 'sharp';
import { blob, bytesOf, scene, twoBlobs } from './pictures.ts';
import { bearer, localToken, refusal, startSidecar } from './sidecar.ts';
import type { TestSidecar } from './sidecar.ts';
import { writeTaskModels } from './task-models.ts';

describe('POST /analyze/frame', () => {
  let sidecar: TestSidecar;
  before(async () => {
    sidecar = await startSidecar({ predictTimeoutMs: 60_000 });
    await writeTaskModels(sidecar.folder);
  });
  after(() => sidecar[Symbol.asyncDispose]());

  const post = (bytes: Uint8Array<ArrayBuffer>, query = '', headers: Record<string, string> = {}) =>
    fetch(`${sidecar.url}/analyze/frame${query}`, {
      method: 'POST',
      body: bytes,
      headers: { ...bearer(localToken), 'content-type': 'application/octet-stream', ...headers },
    });

  test('says what /predict says', async () => {
    const picture = await twoBlobs();
    const seen = await sidecar.see(picture);
    const { task, detections, image, model, cached, overlay } = (await (await post(picture)).json()) as FrameAnalysis;
    assert.deepEqual(
      { task, detections, image, model },
      { task: 'detection', detections: seen.detections, image: seen.image, model: seen.model },
    );
    assert.deepEqual([cached, overlay], [true, undefined]);
  });

  test('with overlay=true the picture comes along, its objects drawn in', async () => {
    const sent = await scene([blob('red', 40, 60), blob('blue', 200, 150)], { background: '#303030' })
      .png()
      .toBuffer();
    const { overlay = '', detections } = (await (
      await post(new Uint8Array(sent), '?overlay=true')
    ).json()) as FrameAnalysis;
    const { data, info } = await sharp(Buffer.from(overlay, 'base64')).raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.format, info.width, info.height], ['raw', 320, 240]);
    const original = await sharp(sent).removeAlpha().raw().toBuffer();
    const changed = (x: number, y: number) => {
      const at = (y * 320 + x) * 3;
      return [0, 1, 2].some((channel) => Math.abs((data[at + channel] ?? 0) - (original[at + channel] ?? 0)) > 60);
    };
    assert.equal(detections.length, 2);
    for (const { box } of detections) {
      assert.ok(changed(box.x + 30, box.y) && changed(box.x, box.y + 20), 'an edge');
      assert.ok(!changed(box.x + 30, box.y + 20), 'what is inside stays');
      const above = Array.from({ length: 40 }, (_, index) => changed(box.x + 2 + index, box.y - 7));
      assert.ok(above.filter(Boolean).length > 20, 'its label');
    }
    assert.ok(!changed(10, 10) && !changed(310, 20));
  });

  test('labels and max choose what is drawn as well', async () => {
    const picture = await twoBlobs();
    const { detections, overlay = '' } = (await (
      await post(picture, '?overlay=true&labels=blue&max=1')
    ).json()) as FrameAnalysis;
    assert.deepEqual(
      detections.map(({ label }) => label),
      ['blue'],
    );
    const partOf = (file: Uint8Array) =>
      sharp(file).removeAlpha().extract({ left: 30, top: 40, width: 80, height: 70 }).raw().toBuffer();
    const [one, other] = [await partOf(Buffer.from(overlay, 'base64')), await partOf(picture)];
    const largest = one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? 0))), 0);
    assert.ok(largest < 60, 'nothing is drawn around the red one');
  });

  for (const type of ['image/jpeg', 'image/png'] as const) {
    test(`is the picture itself for accept: ${type}`, async () => {
      const response = await post(await twoBlobs(), '', { accept: type });
      assert.deepEqual([response.status, response.headers.get('content-type')], [200, type]);
      assert.match(response.headers.get('vary') ?? '', /accept/);
      const { format, width, height } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
      assert.deepEqual([`image/${format}`, width, height], [type, 320, 240]);
    });
  }

  test('refusals are JSON whatever was asked for', async () => {
    const accept = { accept: 'image/png' };
    assert.equal(await refusal(await post(new TextEncoder().encode('hello'), '', accept)), '415 IMAGE_TYPE_REFUSED');
    assert.equal(await refusal(await post(await twoBlobs(), '?model=colours', accept)), '400 INPUT_INVALID');
    assert.equal(await refusal(await post(await twoBlobs(), '?model=people', accept)), '404 MODEL_NOT_INSTALLED');
    assert.equal(await refusal(await post(await twoBlobs(), '?overlay=yes', accept)), '400 INPUT_INVALID');
  });

  test('a picture that lies on its side is drawn on upright', async () => {
    const lying = await bytesOf(
      sharp(
        await scene([blob('red', 40, 60)])
          .png()
          .toBuffer(),
      )
        .rotate(270)
        .jpeg({ quality: 100 })
        .withMetadata({ orientation: 6 }),
    );
    const response = await post(lying, '', { accept: 'image/png' });
    const { width, height, orientation } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
    assert.deepEqual([width, height, orientation], [320, 240, undefined]);
  });
});

test('boxes and labels at the edge of a picture, larger than it and in any script are drawn as far as they fit', () => {
  for (const [width, height] of [
    [1, 1],
    [30, 4],
    [200, 100],
  ] as const) {
    const canvas = { data: new Uint8Array(width * height * 3), width, height };
    drawDetections(canvas, [
      { label: 'everything', confidence: 1, box: { x: -50, y: -50, width: 1_000, height: 1_000 } },
      { label: '自転車 🚲', confidence: 0.5, box: { x: width - 1, y: height - 1, width: 1, height: 1 } },
      { label: '', confidence: 0, box: { x: 0, y: 0, width: 0.2, height: 0.2 } },
    ]);
    assert.ok(canvas.data.some((value) => value > 0));
  }
  assert.equal(textColumns('ab'), 11);
});

test('the accept header chooses, JSON where it does not', () => {
  const offered = ['application/json', 'image/jpeg', 'image/png'] as const;
  for (const [accept, type] of [
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['text/html', 'application/json'],
    ['image/png', 'image/png'],
    ['image/*', 'image/jpeg'],
    ['image/webp, image/png;q=0.5, application/json;q=0.2', 'image/png'],
    ['image/jpeg;q=0.1, application/json', 'application/json'],
    ['image/jpeg;q=0', 'application/json'],
    ['IMAGE/PNG ; q=1.0', 'image/png'],
    [`${'x,'.repeat(10_000)}image/png`, 'application/json'],
  ] as const) {
    assert.equal(preferredType(accept, offered), type, accept?.slice(0, 50));
  }
});
