import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '@sightline/inference/contract';
import { blobsConfig } from '@sightline/inference/models/blobs';
import { createDecodeOutput } from '@sightline/inference/vision/decode-output';
import { blob, bytesOf, scene } from './pictures.ts';
import { bearer, localToken, startSidecar } from './sidecar.ts';

/** The size of the model's input: what a program sends as tensors is then the picture itself. */
const side = 320;

test('the same picture has the same boxes in all three dialects', async () => {
  await using sidecar = await startSidecar({ cacheEntriesMax: 0 });
  const picture = scene([blob('red', 40, 60), blob('green', 130, 220, 33, 51), blob('blue', 200, 150)], {
    width: side,
    height: side,
  });
  const file = await bytesOf(picture.clone().png());
  const pixels = await bytesOf(picture.clone().removeAlpha().raw());
  const post = async (path: string, body: BodyInit, headers: Record<string, string> = {}) => {
    const response = await fetch(`${sidecar.url}${path}`, {
      method: 'POST',
      headers: { ...bearer(localToken), ...headers },
      body,
    });
    assert.equal(response.status, 200, path);
    return response;
  };

  const seen = await sidecar.see(file);
  assert.ok(seen.task === 'detection');
  const expected = seen.detections.map(({ label, box }) => ({ label, box: whole(box) }));
  assert.equal(expected.length, 3);

  const form = new FormData();
  form.set('image', new Blob([file]), 'picture.png');
  const deepstack = (await (await post('/v1/vision/detection', form)).json()) as {
    predictions: { label: string; x_min: number; y_min: number; x_max: number; y_max: number }[];
  };
  assert.deepEqual(
    deepstack.predictions.map(({ label, x_min: x1, y_min: y1, x_max: x2, y_max: y2 }) => ({
      label,
      box: [x1, y1, x2, y2],
    })),
    expected,
  );

  const header = JSON.stringify({
    inputs: [
      {
        ...{ name: 'pixels', datatype: 'UINT8', shape: [1, side, side, 3] },
        parameters: { binary_data_size: pixels.byteLength },
      },
    ],
  });
  const infer = await post('/v2/models/blobs/infer', new Blob([header, pixels]), {
    'content-type': 'application/octet-stream',
    'inference-header-content-length': String(Buffer.byteLength(header)),
  });
  const { outputs } = (await infer.json()) as { outputs: { name: string; shape: number[]; data: number[] }[] };
  const decode = createDecodeOutput({ ...blobsConfig, labels: ['red', 'green', 'blue'] });
  const candidates = decode(
    outputs.map(({ name, shape, data }) => ({ name, dims: shape, data: Float32Array.from(data) })),
    blobsConfig.thresholds.confidence,
  );
  assert.deepEqual(
    candidates.map(({ classIndex, x1, y1, x2, y2 }) => ({
      label: ['red', 'green', 'blue'][classIndex],
      box: [x1, y1, x2, y2].map(Math.round),
    })),
    expected,
  );
});

const whole = ({ x, y, width, height }: Box) => [x, y, x + width, y + height].map(Math.round);
