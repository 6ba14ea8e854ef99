import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SidecarError } from '@sightline/inference/errors';
import type { Overrides } from '@sightline/inference/models/inspect/decide';
import { inspectFile } from '@sightline/inference/models/inspect/inspect';
import { readOnnx } from '@sightline/inference/models/inspect/read-onnx';
import { modelConfigSchema } from '@sightline/inference/models/model-config';
import { createMessage } from '@sightline/inference/models/onnx/protobuf';
import { families, madeNetwork } from './small-networks.ts';

async function inspect(bytes: Uint8Array, overrides: Overrides & { size?: number } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-inspect-'));
  try {
    const path = join(folder, 'model.onnx');
    await writeFile(path, bytes);
    const { draft, found, byHand } = await inspectFile(path, overrides);
    const digests = { 1: `sha256:${'0'.repeat(64)}` };
    const config = modelConfigSchema.parse({ ...draft, licence: 'MIT', source: 'test', digests });
    return { config, said: [...found, ...byHand].join('\n') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const withCode = (code: string, part: RegExp) => (error: unknown) =>
  error instanceof SidecarError && error.code === code && part.test(error.message);

type Expected = { task: string; output?: object; input?: object; labels?: unknown };

const zero = [0, 0, 0];
const cases: [name: string, bytes: Uint8Array, expected: Expected][] = [
  [
    'NanoDet of 80 classes',
    families.nanodet(80),
    {
      task: 'detection',
      output: { kind: 'nanodet', strides: [8, 16, 32] },
      labels: 'coco-80',
      input: {
        ...{ width: 64, height: 64, letterbox: { align: 'centre', pad: 0 } },
        tensor: {
          kind: 'float32-nchw',
          channels: 'bgr',
          mean: [103.53, 116.28, 123.675],
          std: [57.375, 57.12, 58.395],
        },
      },
    },
  ],
  ['NanoDet of 2 classes', families.nanodet(2), { task: 'detection', labels: ['class-0', 'class-1'] }],
  [
    'YOLOX',
    families.yolox(80),
    {
      task: 'detection',
      output: { kind: 'yolox', strides: [8, 16, 32] },
      labels: 'coco-80',
      input: {
        ...{ width: 64, height: 64, letterbox: { align: 'top-left', pad: 114 } },
        tensor: { kind: 'float32-nchw', channels: 'bgr', mean: zero, std: [1, 1, 1] },
      },
    },
  ],
  ['YuNet', families.yunet(), { task: 'detection', output: { kind: 'yunet', strides: [8, 16, 32] }, labels: ['face'] }],
  [
    'finished rows',
    families.rows(3),
    { task: 'detection', output: { kind: 'rows' }, labels: ['class-0', 'class-1', 'class-2'] },
  ],
  [
    'UltraFace',
    families.ultraface(),
    {
      task: 'detection',
      labels: ['face'],
      output: {
        ...{ kind: 'boxes-scores', boxes: 'boxes', scores: 'scores', format: 'xyxy' },
        ...{ isNormalized: true, hasBackground: true, activation: 'none' },
      },
    },
  ],
  [
    'boxes, scores and classes after suppression',
    families.suppressed(),
    {
      task: 'detection',
      input: { width: 64, height: 64, tensor: { kind: 'uint8-nhwc-rgb' }, letterbox: { align: 'stretch', pad: 0 } },
      output: {
        ...{ kind: 'boxes-scores', boxes: 'detection_boxes', scores: 'detection_scores', classes: 'detection_classes' },
        ...{ format: 'yxyx', isNormalized: true, hasBackground: true, activation: 'none' },
      },
    },
  ],
  [
    'a classifier of 1000 classes',
    families.classifier(1_000),
    { task: 'classification', labels: 'imagenet-1k', output: { scores: 'output', activation: 'softmax' } },
  ],
  [
    'a classifier that ends in probabilities',
    families.classifier(3, 'Softmax'),
    {
      task: 'classification',
      labels: ['class-0', 'class-1', 'class-2'],
      output: { scores: 'output', activation: 'none' },
    },
  ],
  ['an image embedding', families.embedding(512), { task: 'image-embedding', output: { embedding: 'output' } }],
  ['anything else', families.odd(), { task: 'tensors' }],
];

for (const [name, bytes, expected] of cases) {
  test(`${name}: the config is the one that a person would write`, async () => {
    const { config } = await inspect(bytes);
    const { task, output, input, labels } = config as Partial<Record<keyof Expected, unknown>>;
    const seen = { task, output, input, labels } as Record<string, unknown>;
    for (const [key, value] of Object.entries(expected)) assert.deepEqual(seen[key], value, key);
  });
}

test('boxes that need anchors are not taken for finished ones, and it says what to do', async () => {
  const { config, said } = await inspect(families.offsets());
  assert.equal(config.task, 'tensors');
  assert.match(said, /offsets from anchors.*kind: "ssd"/);
  await assert.rejects(inspect(families.offsets(), { task: 'detection' }), withCode('MODEL_INVALID', /anchors/));
});

test('a network of two inputs takes tensors; saying that it detects is refused', async () => {
  const bytes = madeNetwork([{ name: 'y', dims: [1, 4] }], { dims: [1, 7] });
  assert.equal((await inspect(bytes)).config.task, 'tensors');
  await assert.rejects(inspect(bytes, { task: 'detection' }), withCode('MODEL_INVALID', /2 dimensions/));
});

test('what somebody says goes before what is usual', async () => {
  const labels = ['cat', 'dog'];
  const { config, said } = await inspect(families.yolox(2), {
    ...{ labels, channels: 'rgb', mean: [1, 2, 3], std: [4, 5, 6], threshold: 0.1 },
  });
  assert.ok(config.task === 'detection');
  assert.deepEqual(config.labels, labels);
  assert.deepEqual(config.input.tensor, { kind: 'float32-nchw', channels: 'rgb', mean: [1, 2, 3], std: [4, 5, 6] });
  assert.deepEqual(config.thresholds, { confidence: 0.1, candidate: 0.1, overlap: 0.45 });
  assert.match(said, /as you said/);
  assert.equal((await inspect(families.embedding(512), { task: 'classification' })).config.task, 'classification');
  assert.equal((await inspect(families.yolox(2), { task: 'tensors' })).config.task, 'tensors');
});

test('labels that are not as many as the classes are refused with both numbers', async () => {
  await assert.rejects(
    inspect(families.yolox(2), { labels: ['one'] }),
    withCode('MODEL_INVALID', /1 labels.*2 classes/),
  );
});

test('the normalization is named as what it is: a habit of the family', async () => {
  const { said } = await inspect(families.nanodet(80));
  assert.match(said, /BGR - 103\.53, 116\.28, 123\.675\) ÷ 57\.375, 57\.12, 58\.395/);
  assert.match(said, /usual for NanoDet; no file says it: --channels, --mean, --std/);
});

test('a file cut off anywhere, or with any byte wrong, is refused with a code or read: nothing else', () => {
  const whole = families.yunet();
  const refusals = (bytes: Uint8Array) => {
    try {
      readOnnx(bytes);
      return 0;
    } catch (error) {
      assert.ok(error instanceof SidecarError && error.code === 'MODEL_INVALID', String(error));
      return 1;
    }
  };
  let cutOff = 0;
  for (let length = 0; length < whole.length; length += 5) cutOff += refusals(whole.subarray(0, length));
  assert.ok(cutOff > whole.length / 5 / 2, 'most of them are');
  for (let at = 0; at < whole.length; at += 3) {
    const wrong = whole.slice();
    wrong[at] = (wrong[at] ?? 0) ^ (1 << (at % 8));
    refusals(wrong);
  }
});

/** A model whose one node holds what `attribute` makes. */
function modelWith(attribute: (message: ReturnType<typeof createMessage>) => void): Uint8Array {
  const [node, held, graph, model] = [createMessage(), createMessage(), createMessage(), createMessage()];
  attribute(held);
  node.text(4, 'Constant');
  node.nested(5, held);
  graph.nested(1, node);
  model.nested(7, graph);
  return model.encode();
}

test('weights in other files are refused wherever they hide: a model must not make us open files', () => {
  const external = createMessage();
  const entry = createMessage();
  entry.text(1, 'location');
  entry.text(2, '../../secrets');
  external.nested(13, entry);
  external.int(14, 1);
  const refused = withCode('MODEL_INVALID', /other files/);
  const [graph, model] = [createMessage(), createMessage()];
  graph.nested(5, external);
  model.nested(7, graph);
  assert.throws(() => readOnnx(model.encode()), refused);
  assert.throws(() => readOnnx(modelWith((message) => message.nested(5, external))), refused);
  const body = createMessage();
  body.nested(5, external);
  assert.throws(() => readOnnx(modelWith((message) => message.nested(6, body))), refused);

  // Around `inner`, from the outside in: the fields it lies in.
  const within = (fields: number[], inner = external): Uint8Array => {
    let message = inner;
    for (const field of fields.toReversed()) {
      const outer = createMessage();
      outer.nested(field, message);
      message = outer;
    }
    return message.encode();
  };
  const hidden: [where: string, fields: number[]][] = [
    ['values of a sparse weight', [7, 15, 1]],
    ['indices of a sparse weight', [7, 15, 2]],
    ['a sparse attribute', [7, 1, 5, 22, 1]],
    ['a list of sparse attributes', [7, 1, 5, 23, 1]],
    ['a weight of a branch', [7, 1, 5, 6, 5]],
    ['a weight of one of many branches', [7, 1, 5, 11, 5]],
    ['a sparse weight of a branch', [7, 1, 5, 6, 15, 1]],
    ['a node of a branch in a branch', [7, 1, 5, 6, 1, 5, 6, 1, 5, 5]],
    ['a node of a function', [25, 7, 5, 5]],
    ['an attribute that a function has by default', [25, 11, 5]],
    ['the graph of a training', [20, 2, 5]],
  ];
  for (const [where, fields] of hidden) assert.throws(() => readOnnx(within(fields)), refused, where);
});

test('a graph in two parts is refused: the runtime would merge what was looked at with what was not', () => {
  const whole = families.yolox(2);
  assert.ok(readOnnx(whole).outputs.length > 0);
  const [graph, part] = [createMessage(), createMessage()];
  graph.text(2, 'a part of it');
  part.nested(7, graph);
  const refused = withCode('MODEL_INVALID', /two graphs/);
  assert.throws(() => readOnnx(Buffer.concat([part.encode(), whole])), refused);
  assert.throws(() => readOnnx(Buffer.concat([whole, part.encode()])), refused);
});

test('graphs within graphs without end are refused, not followed', () => {
  let inner = createMessage();
  for (let depth = 0; depth < 200; depth++) {
    const [node, attribute, graph] = [createMessage(), createMessage(), createMessage()];
    attribute.nested(6, inner);
    node.nested(5, attribute);
    graph.nested(1, node);
    inner = graph;
  }
  assert.throws(
    () => readOnnx(modelWith((message) => message.nested(6, inner))),
    withCode('MODEL_INVALID', /nested too deeply/),
  );
});

test('no file, an empty file and noise have the same coded end', async () => {
  for (const bytes of [new Uint8Array(), Buffer.from('<!doctype html>'), Buffer.alloc(5_000, 0xff)]) {
    await assert.rejects(inspect(bytes), withCode('MODEL_INVALID', /not an ONNX file, or it is damaged/));
  }
});
