import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { convertGraphModel } from './convert.ts';
import { halfToNumber, permute } from './weights.ts';

const size = 8;
const base64 = (text: string) => Buffer.from(text).toString('base64');
const node = (name: string, op: string, input: string[] = [], attr: Record<string, unknown> = {}) => ({
  name,
  op,
  input,
  attr,
});

type Weight = { name: string; shape: number[]; values: number[]; dtype?: 'int32' };

/** Wraps nodes between `image` and `result` into a graph model, with its weights file. */
function graphOf(nodes: object[], weights: Weight[], outputShape: number[]) {
  const order = [
    { name: 'toPixels', shape: [4], values: [0, 2, 3, 1], dtype: 'int32' as const },
    { name: 'toPlanes', shape: [4], values: [0, 3, 1, 2], dtype: 'int32' as const },
  ];
  const all: Weight[] = [...order, ...weights];
  const dim = outputShape.map((length) => ({ size: String(length) }));
  const model = {
    format: 'graph-model',
    signature: { inputs: {}, outputs: { 'out:0': { name: 'out:0', tensorShape: { dim } } } },
    modelTopology: {
      node: [
        node('image', 'Placeholder'),
        ...all.map(({ name }) => node(name, 'Const')),
        node('pixels', 'Transpose', ['image', 'toPixels']),
        ...nodes,
        node('out', 'Identity', ['result']),
      ],
    },
    weightsManifest: [{ weights: all.map(({ name, shape, dtype = 'float32' }) => ({ name, shape, dtype })) }],
  };
  const bytes = Buffer.concat(
    all.map(({ values, dtype }) =>
      Buffer.from((dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values)).buffer),
    ),
  );
  return { model, bytes };
}

const raw = { channels: 'rgb' as const, mean: [0, 0, 0], std: [1, 1, 1] };
/** Every pixel another: red counts up along rows, green along columns, blue stays 100. */
const pixels = Uint8Array.from({ length: size * size * 3 }, (_, index) => {
  const [x, y] = [Math.floor(index / 3) % size, Math.floor(index / 3 / size)];
  return [x, 10 * y, 100][index % 3] ?? 0;
});

async function runGraph(
  nodes: object[],
  weights: Weight[],
  outputShape: number[],
  normalization: Parameters<typeof convertGraphModel>[0]['normalization'] = raw,
) {
  const { model, bytes } = graphOf(nodes, weights, outputShape);
  const onnx = convertGraphModel({ name: 'test', model, weights: bytes, inputSize: size, normalization });
  const session = await InferenceSession.create(onnx, { logSeverityLevel: 3 });
  try {
    const { out } = await session.run({ pixels: new Tensor('uint8', pixels, [1, size, size, 3]) });
    assert.deepEqual(out?.dims, outputShape);
    return [...(out.data as Float32Array)];
  } finally {
    await session.release();
  }
}

const window = {
  padding: { s: base64('VALID') },
  strides: { list: { i: ['1', '2', '2', '1'] } },
  dilations: { list: { i: ['1', '1', '1', '1'] } },
};

test('normalization and the order of channels become part of the network', async () => {
  const normalization = { channels: 'bgr' as const, mean: [100, 10, 2], std: [1, 2, 4] };
  const out = await runGraph([node('result', 'Identity', ['pixels'])], [], [1, size, size, 3], normalization);
  // The pixel at column 3, row 5: red 3, green 50, blue 100.
  const at = (5 * size + 3) * 3;
  assert.deepEqual(out.slice(at, at + 3), [0, 20, 0.25]);
});

test('a strided convolution with padding, bias and leaky activation gives what the sums say', async () => {
  // One filter of 2 × 2 that adds the red of the four pixels under it.
  const filter = { name: 'filter', shape: [2, 2, 3, 1], values: [1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0] };
  const out = await runGraph(
    [
      node('padded', 'Pad', ['pixels', 'paddings']),
      node('conv', 'Conv2D', ['padded', 'filter'], window),
      node('shifted', 'AddV2', ['conv', 'bias']),
      node('result', 'LeakyRelu', ['shifted'], { alpha: { f: 0.5 } }),
    ],
    [
      filter,
      { name: 'paddings', shape: [4, 2], values: [0, 0, 1, 1, 1, 1, 0, 0], dtype: 'int32' },
      { name: 'bias', shape: [1], values: [-2] },
    ],
    [1, 5, 5, 1],
  );
  // Top left only sees the pixel 0: -2, halved. One right of it, in the border row: columns 1 and 2. Inside: twice.
  assert.deepEqual([out[0], out[1], out[6]], [-1, 1 + 2 - 2, 2 * (1 + 2) - 2]);
});

test('padding as TensorFlow does it, depthwise filters, fused bias and activation give what the sums say', async () => {
  const same = { ...window, padding: { s: base64('SAME') } };
  const out = await runGraph(
    [
      node('alone', 'DepthwiseConv2dNative', ['pixels', 'ones'], same),
      node('fused', '_FusedConv2D', ['alone', 'filter', 'bias'], {
        ...same,
        strides: { list: { i: ['1', '1', '1', '1'] } },
        fused_ops: { list: { s: [base64('BiasAdd'), base64('Relu')] } },
      }),
      node('moved', 'BiasAdd', ['fused', 'minusOnes']),
      node('result', 'Relu', ['moved']),
    ],
    [
      // 3 × 3 over 8 × 8 at stride 2: the one row and column of padding that it takes comes last.
      { name: 'ones', shape: [3, 3, 3, 1], values: Array.from({ length: 27 }, () => 1) },
      // Out come blue, and red less than a hundred.
      { name: 'filter', shape: [1, 1, 3, 2], values: [0, -1, 0, 0, 1, 0] },
      { name: 'bias', shape: [2], values: [0, 100] },
      { name: 'minusOnes', shape: [2], values: [-1, -1] },
    ],
    [1, 4, 4, 2],
  );
  // Top left sees columns and rows 0 to 2: 9 × 100 of blue, 3 × (0 + 1 + 2) of red.
  assert.deepEqual(out.slice(0, 2), [900 - 1, 100 - 9 - 1]);
  // Bottom right sees columns and rows 6 and 7, the rest is padding: too much red for anything to be left.
  assert.deepEqual(out.slice(-2), [400 - 1, 100 - 2 * (6 + 7) - 1]);
});

test('a network that was trained on pixels, not planes, gets pixels, and its heads become one output', async () => {
  const { model, bytes } = graphOf([], [{ name: 'axis', shape: [], values: [0], dtype: 'int32' }], [1]);
  const { signature: _, modelTopology, ...rest } = model;
  const dim = ['1', '8', '8', '3'].map((length) => ({ size: length }));
  const nodes = [
    { ...node('image', 'Placeholder'), attr: { shape: { shape: { dim } } } },
    ...modelTopology.node.filter((each) => 'op' in each && each.op === 'Const'),
    node('first', 'Identity', ['image']),
    node('second', 'Relu', ['image']),
  ];
  const onnx = convertGraphModel({
    name: 'test',
    model: { ...rest, modelTopology: { node: nodes } },
    weights: bytes,
    inputSize: size,
    normalization: { channels: 'bgr', mean: [100, 10, 2], std: [1, 2, 4] },
    outputs: { rows: { nodes: ['first', 'second'], dims: [1, 2 * size, size, 3] } },
  });
  const session = await InferenceSession.create(onnx, { logSeverityLevel: 3 });
  try {
    const { rows } = await session.run({ pixels: new Tensor('uint8', pixels, [1, size, size, 3]) });
    assert.deepEqual(rows?.dims, [1, 2 * size, size, 3]);
    const data = [...(rows.data as Float32Array)];
    // The pixel at column 1, row 0: red 1, green 0, blue 100.
    assert.deepEqual(data.slice(3, 6), [0, -5, -0.25]);
    const second = size * size * 3;
    assert.deepEqual(data.slice(second + 3, second + 6), [0, 0, 0]);
  } finally {
    await session.release();
  }
});

test('pooling, resizing, joining, splitting and reshaping keep every value where it belongs', async () => {
  const pooled = node('pooled', 'MaxPool', ['pixels'], { ...window, ksize: { list: { i: ['1', '2', '2', '1'] } } });
  const out = await runGraph(
    [
      pooled,
      node('resized', 'ResizeBilinear', ['pooled', 'sizes'], { half_pixel_centers: { b: true } }),
      node('joined', 'ConcatV2', ['resized', 'pixels', 'axis']),
      node('parts', 'SplitV', ['joined', 'partSizes', 'axis'], { num_split: { i: '2' } }),
      node('squashed', 'Sigmoid', ['parts:1']),
      node('shape', 'SparseToDense', ['none', 'three', 'noneValues', 'minusOne']),
      node('targetShape', 'AddV2', ['shape', 'added']),
      node('result', 'Reshape', ['squashed', 'targetShape']),
    ],
    [
      { name: 'sizes', shape: [2], values: [size, size], dtype: 'int32' },
      { name: 'axis', shape: [], values: [3], dtype: 'int32' },
      { name: 'partSizes', shape: [2], values: [3, 3], dtype: 'int32' },
      { name: 'none', shape: [0, 1], values: [], dtype: 'int32' },
      { name: 'noneValues', shape: [0], values: [], dtype: 'int32' },
      { name: 'three', shape: [1], values: [3], dtype: 'int32' },
      { name: 'minusOne', shape: [], values: [-1], dtype: 'int32' },
      { name: 'added', shape: [3], values: [2, size * size + 1, 4], dtype: 'int32' },
    ],
    [1, size * size, 3],
  );
  // The second part is the picture itself, squashed.
  const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
  const at = (2 * size + 5) * 3;
  for (const [index, value] of [5, 20, 100].entries())
    assert.ok(Math.abs((out[at + index] ?? 0) - sigmoid(value)) < 1e-6);
});

test('the same files give the same bytes', () => {
  const { model, bytes } = graphOf([node('result', 'Identity', ['pixels'])], [], [1, size, size, 3]);
  const convert = () => convertGraphModel({ name: 'test', model, weights: bytes, inputSize: size, normalization: raw });
  assert.deepEqual(convert(), convert());
});

test('what is not known is refused by name, not guessed', () => {
  const convert =
    (nodes: object[], weights: Weight[] = [], cut = 0) =>
    () => {
      const { model, bytes } = graphOf(nodes, weights, [1]);
      return convertGraphModel({
        name: 'test',
        model,
        weights: bytes.subarray(0, bytes.length - cut),
        inputSize: size,
        normalization: raw,
      });
    };
  assert.throws(convert([node('result', 'Dream', ['pixels'])]), /Dream \(result\)/);
  assert.throws(convert([node('result', 'Add', ['pixels', 'nowhere'])]), /nowhere/);
  assert.throws(convert([node('result', 'Transpose', ['pixels', 'pixels'])]), /not a constant/);
  const explicit = { ...window, padding: { s: base64('EXPLICIT') } };
  const filter = { name: 'filter', shape: [1, 1, 3, 1], values: [1, 1, 1] };
  assert.throws(convert([node('result', 'Conv2D', ['pixels', 'filter'], explicit)], [filter]), /EXPLICIT/);
  const elu = { ...window, fused_ops: { list: { s: [base64('Elu')] } } };
  assert.throws(convert([node('result', '_FusedConv2D', ['pixels', 'filter'], elu)], [filter]), /Elu/);
  const planes = { ...window, data_format: { s: base64('NCHW') } };
  assert.throws(convert([node('result', 'Conv2D', ['pixels', 'filter'], planes)], [filter]), /NCHW/);
  assert.throws(convert([node('result', 'Identity', ['pixels'])], [filter], 4), /end before filter/);
});

test('half floats mean what IEEE 754 says', () => {
  const cases = [
    [0x0000, 0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65_504],
    [0x0001, 2 ** -24],
    [0x7c00, Infinity],
  ] as const;
  for (const [bits, value] of cases) assert.equal(halfToNumber(bits), value);
  assert.ok(Number.isNaN(halfToNumber(0x7e00)));
});

test('permuting moves every value to its place', () => {
  const { dims, values } = permute({ dims: [2, 3], values: Int32Array.of(1, 2, 3, 4, 5, 6) }, [1, 0]);
  assert.deepEqual(
    [dims, [...values]],
    [
      [3, 2],
      [1, 4, 2, 5, 3, 6],
    ],
  );
});
