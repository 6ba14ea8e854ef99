import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SidecarError } from '@sightline/inference/errors';
import { blobsConfig, blobsOnnx } from '@sightline/inference/models/blobs';
import type { DetectionConfig } from '@sightline/inference/models/model-config';
import { createOnnxGraph } from '@sightline/inference/models/onnx/graph';
import sharp from 'sharp';
import { constantNetwork, seen, serveNetwork } from './constant-network.ts';
import { blob, bytesOf, scene } from './pictures.ts';

/* Whole sidecars: how pictures get into networks of every kind, and what happens when a network is not that of its config. */

const labels = ['cat', 'dog'];
const thresholds = { confidence: 0.4, candidate: 0.2, overlap: 0.5 };
const size = { width: 96, height: 64 };

/** Writes one box: where the means of its three channels say. */
function meansNetwork(tensor: DetectionConfig['input']['tensor']): Uint8Array {
  const graph = createOnnxGraph('means');
  const isPlanar = tensor.kind === 'float32-nchw';
  const isBytes = tensor.kind === 'uint8-nhwc-rgb';
  graph.input('pixels', isBytes ? 'uint8' : 'float32', isPlanar ? [1, 3, 64, 96] : [1, 64, 96, 3]);
  const [floats] = graph.add('Cast', ['pixels'], { attributes: { to: 1 } });
  const [means] = graph.add('ReduceMean', [floats], { attributes: { axes: isPlanar ? [2, 3] : [1, 2], keepdims: 0 } });
  const [row] = graph.add('Concat', [means, graph.floats([1, 4], [8, 1, 1, 0])], { attributes: { axis: 1 } });
  graph.add('Unsqueeze', [row, graph.ints([1])], { results: ['rows'] });
  graph.output('rows', [1, 1, 7]);
  return graph.encode();
}

const colours = { mean: [0, 10, 5], std: [1, 2, 0.5] } as { mean: [number, number, number]; std: typeof colours.mean };
const tensors: [DetectionConfig['input']['tensor'], number[]][] = [
  [{ kind: 'uint8-nhwc-rgb' }, [40, 30, 20]],
  [{ kind: 'float32-nchw', channels: 'rgb', ...colours }, [40, 10, 30]],
  [{ kind: 'float32-nchw', channels: 'bgr', ...colours }, [20, 10, 70]],
  [{ kind: 'float32-nhwc', channels: 'rgb', ...colours }, [40, 10, 30]],
  [{ kind: 'float32-nhwc', channels: 'bgr', ...colours }, [20, 10, 70]],
];

for (const [tensor, [x = 0, y = 0, width = 0]] of tensors) {
  const name = 'channels' in tensor ? `${tensor.kind} in ${tensor.channels}` : tensor.kind;
  test(`a network that takes ${name} is shown the colours of the picture`, async (t) => {
    const input = { ...size, tensor, letterbox: { align: 'stretch' as const, pad: 0 } };
    const config = { task: 'detection' as const, labels, input, output: { kind: 'rows' as const }, thresholds };
    const sidecar = await serveNetwork(t, config, meansNetwork(tensor));
    const brown = await bytesOf(
      sharp({ create: { width: 96, height: 64, channels: 3, background: { r: 40, g: 30, b: 20 } } }).png(),
    );
    const [left, right] = [Math.max(0, x - width / 2), Math.min(96, x + width / 2)];
    assert.deepEqual(seen(await sidecar.see(brown)), [['cat', 1, left, y - 4, right - left, 8]]);
  });
}

test('where a network is not shown all of a picture as it is, boxes still are where things are in the picture', async (t) => {
  // Twice as wide as high: squeezed by one, cut to its middle third by the other.
  const wide = await bytesOf(
    scene([blob('red', 260, 60, 90, 120), blob('blue', 20, 20)], { width: 640, height: 320 }).png(),
  );
  const see = async (align: 'stretch' | 'crop') => {
    const { selfTest: _, ...config } = blobsConfig;
    const { input } = config;
    const sidecar = await serveNetwork(
      t,
      { ...config, input: { ...input, letterbox: { align, pad: 0 } } },
      blobsOnnx(),
    );
    return seen(await sidecar.see(wide)).map(([label, , ...box]) => [label, ...box]);
  };
  assert.deepEqual(await see('stretch'), [
    ['red', 260, 60, 90, 120],
    ['blue', 20, 20, 60, 40],
  ]);
  assert.deepEqual(await see('crop'), [['red', 260, 60, 90, 120]]);
});

test('a network that does not write what its config says never counts as ready, and the reason names the output', async (t) => {
  const output = { kind: 'yunet' as const, strides: [16] };
  const zeros = Array.from({ length: 24 }, () => [0]);
  const input = {
    ...size,
    tensor: { kind: 'uint8-nhwc-rgb' as const },
    letterbox: { align: 'centre' as const, pad: 0 },
  };
  const config = { task: 'detection' as const, labels, input, output, thresholds };
  const network = constantNetwork(config, { cls_16: { rows: zeros }, obj_16: { rows: zeros } });
  await assert.rejects(serveNetwork(t, config, network), (error: unknown) => {
    assert.ok(error instanceof SidecarError);
    return /bbox_16/.test(`${error.message} ${JSON.stringify(error.internal)}`);
  });
});
