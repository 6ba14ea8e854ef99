import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertLayersModel } from '@sightline/inference/models/keras/convert';
import type { Tensor } from '@sightline/inference/engine/tensors';
import { someone, startNetwork, valuesOf } from './networks.ts';
import { layer, layersModel } from './tiny-keras.ts';
import type { Weights } from './tiny-keras.ts';

type Normalization = Parameters<typeof convertLayersModel>[0]['normalization'];
type Nodes = Parameters<typeof layersModel>[0];

const raw: Normalization = { channels: 'rgb', mean: [0, 0, 0], std: [1, 1, 1] };
const size = 8;
const pictureBytes = size * size * 3;

/** Every pixel of a picture the same colour, or another for each. */
const plain = (...colour: number[]) => Uint8Array.from({ length: pictureBytes }, (_, at) => colour[at % 3] ?? 0);
const noise = (seed: number) => Uint8Array.from({ length: pictureBytes }, (_, at) => (at * seed * 7_919) % 251);

function pixelsOf(...pictures: Uint8Array[]): Tensor {
  const data = new Uint8Array(new SharedArrayBuffer(pictures.length * pictureBytes));
  pictures.forEach((picture, index) => data.set(picture, index * pictureBytes));
  return { type: 'uint8', dims: [pictures.length, size, size, 3], data };
}

const convert = (
  nodes: Nodes,
  weights: Weights,
  options: { normalization?: Normalization; embeddingLayer?: string } = {},
) => convertLayersModel({ name: 'tiny', ...layersModel(nodes, weights), normalization: raw, ...options });

/** Each output of a picture, row by row. */
async function run(onnx: Uint8Array, ...pictures: Uint8Array[]) {
  await using network = await startNetwork(onnx);
  const { outputs } = await network.engine.run({ pixels: pixelsOf(...pictures) }, someone);
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, valuesOf(tensor)]));
}

const assertClose = (found: readonly number[] | undefined, expected: readonly number[], tolerance = 1e-5) => {
  assert.equal(found?.length, expected.length);
  expected.forEach((value, at) =>
    assert.ok(
      Math.abs((found?.[at] ?? Number.NaN) - value) <= tolerance * Math.max(1, Math.abs(value)),
      `${found?.[at]} is not ${value}`,
    ),
  );
};

/** Passes each channel on as a class of its own. */
const dense = {
  'fc/kernel': { shape: [3, 3], values: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
  'fc/bias': { shape: [3], values: [0, 0, 1] },
};
const head = (from: string): Nodes => [
  layer('pool', 'GlobalAveragePooling2D', [from]),
  layer('fc', 'Dense', ['pool'], { activation: 'linear' }),
];

test('pixels are put in order and normalized inside the network', async () => {
  const normalization: Normalization = { channels: 'bgr', mean: [10, 20, 30], std: [1, 2, 4] };
  const { scores } = await run(convert(head('input'), dense, { normalization }), plain(150, 120, 100));
  // Blue, green, red; then the bias of the last.
  assertClose(scores, [90, 50, 30 + 1]);
});

test('a normalization becomes part of the convolution before it, and gives what both gave', async () => {
  const conv: Weights = {
    'conv/kernel': { shape: [1, 1, 3, 3], values: [1, 0, 0, 0, 2, 0, 0, 0, -1] },
    'conv/bias': { shape: [3], values: [5, 6, 7] },
    'bn/gamma': { shape: [3], values: [1, 2, 3] },
    'bn/beta': { shape: [3], values: [0.5, -0.5, 1] },
    'bn/moving_mean': { shape: [3], values: [10, 20, 30] },
    'bn/moving_variance': { shape: [3], values: [4, 9, 16] },
  };
  const nodes = [
    layer('conv', 'Conv2D', ['input'], { kernel_size: [1, 1] }),
    layer('bn', 'BatchNormalization', ['conv']),
    ...head('bn'),
  ];
  const onnx = convert(nodes, { ...conv, ...dense });
  const { scores } = await run(onnx, plain(100, 50, 25));
  const normal = (value: number, mean: number, variance: number) => (value - mean) / Math.sqrt(variance + 0.001);
  assertClose(scores, [normal(105, 10, 4) + 0.5, 2 * normal(106, 20, 9) - 0.5, 3 * normal(-18, 30, 16) + 1 + 1]);
  assert.ok(!Buffer.from(onnx).includes('BatchNormalization'));
});

test('padding, strides, pooling, branches and activations keep every value where it belongs', async () => {
  // Filters that add the red of the four pixels under them, and take away their blue.
  const kernel = Array.from({ length: 2 * 2 * 3 * 3 }, (_, at) => ({ 0: 1, 7: -1 })[at % 9] ?? 0);
  const nodes = [
    layer('pad', 'ZeroPadding2D', ['input'], {
      padding: [
        [1, 0],
        [0, 1],
      ],
    }),
    layer('conv', 'Conv2D', ['pad'], { kernel_size: [2, 2], strides: [1, 1], use_bias: false }),
    layer('relu', 'Activation', ['conv'], { activation: 'relu' }),
    layer('sum', 'Add', ['relu', 'input']),
    layer('max', 'MaxPooling2D', ['sum'], { pool_size: [2, 2], strides: [2, 2] }),
    ...head('max'),
  ];
  const picture = plain(0, 7, 9);
  // In the top left corner: seen by two windows, as there is a row more above. In the bottom right one: by two as well.
  picture[0] = 100;
  picture[pictureBytes - 3] = 60;
  const { scores } = await run(
    convert(nodes, { 'conv/kernel': { shape: [2, 2, 3, 3], values: kernel }, ...dense }),
    picture,
  );
  // The highest of these 2 × 2 windows are 100 + 100 and 60 + 60, of 16. What was below zero adds nothing to the 7.
  assertClose(scores, [(200 + 120) / 16, 7, 9 + 1]);
});

test('`same` puts the odd row and column after the picture', async () => {
  // Sees the pixel one down and one to the right: nothing, for the last row and column.
  const kernel = Array.from({ length: 36 }, (_, at) => (at === 27 ? 1 : 0));
  const nodes = [
    layer('conv', 'Conv2D', ['input'], { kernel_size: [2, 2], padding: 'same', use_bias: false }),
    ...head('conv'),
  ];
  const { scores } = await run(
    convert(nodes, { 'conv/kernel': { shape: [2, 2, 3, 3], values: kernel }, ...dense }),
    plain(64, 0, 0),
  );
  assertClose(scores, [49, 0, 1]);
});

test('pictures that share a run get what each gets alone, scores and vector', async () => {
  const onnx = convert(
    [layer('pool', 'GlobalAveragePooling2D', ['input']), layer('fc', 'Dense', ['pool'])],
    { ...dense, 'fc/kernel': { shape: [3, 3], values: [0.01, 0.02, 0, 0, 0.01, 0, 0.03, 0, 0.01] } },
    { embeddingLayer: 'pool' },
  );
  const pictures = [noise(3), noise(5), plain(200, 100, 0)];
  const together = await run(onnx, ...pictures);
  const alone = await Promise.all(pictures.map((picture) => run(onnx, picture)));
  for (const name of ['scores', 'embedding']) {
    assertClose(
      together[name],
      alone.flatMap((each) => each[name] ?? []),
    );
  }
  const [first = 0, second = 0, third = 0] = together['scores'] ?? [];
  assertClose([first + second + third], [1]);
  assertClose(together['embedding']?.slice(6), [2 / Math.sqrt(5), 1 / Math.sqrt(5), 0]);
});

test('the same files give the same bytes', () => {
  assert.deepEqual(convert(head('input'), dense), convert(head('input'), dense));
});

test('what is not known is refused by name, not guessed', () => {
  const weights: Weights = {
    ...dense,
    'conv/kernel': { shape: [1, 1, 3, 3], values: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
    'conv/bias': { shape: [3], values: [0, 0, 0] },
  };
  const conv = (config = {}) => layer('conv', 'Conv2D', ['input'], { kernel_size: [1, 1], ...config });
  const converting =
    (...nodes: Nodes) =>
    () =>
      convert(nodes, weights);
  assert.throws(converting(layer('dream', 'Dream', ['input']), ...head('dream')), /Dream \(dream\)/);
  assert.throws(converting(conv({ activation: 'swish' }), ...head('conv')), /swish/);
  assert.throws(converting(conv({ data_format: 'channels_first' }), ...head('conv')), /channels_last/);
  assert.throws(converting(...head('nowhere')), /nowhere/);
  assert.throws(
    converting(layer('other', 'Conv2D', ['input'], { kernel_size: [1, 1] }), ...head('other')),
    /other has no kernel/,
  );
  // What others take too must not be changed by folding.
  const bn = layer('bn', 'BatchNormalization', ['conv']);
  assert.throws(converting(conv(), bn, layer('sum', 'Add', ['conv', 'bn']), ...head('sum')), /bn does not follow/);
  assert.throws(converting(layer('bn', 'BatchNormalization', ['input']), ...head('bn')), /bn does not follow/);
  assert.throws(converting(conv({ activation: 'relu' }), bn, ...head('bn')), /conv: activated before/);
  assert.throws(() => convert(head('input'), dense, { embeddingLayer: 'fc' }), /takes fc/);
});
