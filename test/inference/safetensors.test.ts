import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertSentenceEncoder } from '@sightline/inference/models/safetensors/convert-sentence-encoder';
import { readSafetensors } from '@sightline/inference/models/safetensors/read-safetensors';
import { stackTokens, vectorsOf } from '@sightline/inference/text/encode-texts';
import { someone, startNetwork } from './networks.ts';
import { bertConfig, bertTensors, embedByHand, safetensors, withHeader } from './tiny-bert.ts';

const tensors = bertTensors();
const convert = (weights: Uint8Array, config: unknown = bertConfig) =>
  convertSentenceEncoder({ name: 'tiny', config, weights });
const texts = [
  [2, 5, 3],
  [2, 3],
  [2, 1, 4, 4, 5, 0, 3],
];

/** Vectors of texts that run together. */
async function embed(onnx: Uint8Array, together: readonly number[][]) {
  await using network = await startNetwork(onnx);
  const { outputs } = await network.engine.run(stackTokens(together, 0), someone);
  return vectorsOf(outputs, 'embedding').map((vector) => [...vector]);
}

function assertSame(found: number[][], expected: number[][], tolerance: number) {
  assert.equal(found.length, expected.length);
  found.forEach((vector, row) => {
    assert.equal(vector.length, expected[row]?.length);
    vector.forEach((value, at) =>
      assert.ok(Math.abs(value - (expected[row]?.[at] ?? Number.NaN)) < tolerance, `${value}`),
    );
  });
}

for (const dtype of ['F16', 'F32'] as const) {
  test(`weights in ${dtype} become the network that the paper writes down`, async () => {
    const found = await embed(convert(safetensors(tensors, dtype)), texts);
    assertSame(
      found,
      texts.map((text) => embedByHand(tensors, text)),
      1e-5,
    );
  });
}

test('texts that share a run get what each gets alone: padding counts nothing', async () => {
  const onnx = convert(safetensors(tensors, 'F16'));
  const alone = await Promise.all(texts.map(async (text) => (await embed(onnx, [text]))[0] ?? []));
  assertSame(await embed(onnx, texts), alone, 1e-5);
});

test('vectors have length 1, so that a product of two is their cosine', async () => {
  for (const vector of await embed(convert(safetensors(tensors, 'F16')), texts)) {
    assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-6);
  }
});

test('the same files give the same bytes', () => {
  assert.deepEqual(convert(safetensors(tensors, 'F16')), convert(safetensors(tensors, 'F16')));
});

test('names may begin with that of the network they were trained in', async () => {
  const prefixed = Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`bert.${name}`, tensor]));
  assertSame(await embed(convert(safetensors(prefixed, 'F16')), [[2, 3]]), [embedByHand(tensors, [2, 3])], 1e-5);
});

test('another network, or one with parts missing, is refused by name', () => {
  const weights = safetensors(tensors, 'F16');
  assert.throws(() => convert(weights, { ...bertConfig, model_type: 'roberta' }), /bert/);
  assert.throws(() => convert(weights, { ...bertConfig, hidden_act: 'relu' }), /gelu/);
  assert.throws(() => convert(weights, { ...bertConfig, num_attention_heads: 3 }), /divide/);
  const { 'encoder.layer.1.output.dense.bias': _, ...rest } = tensors;
  assert.throws(() => convert(safetensors(rest, 'F16')), /encoder\.layer\.1\.output\.dense\.bias/);
});

test('a weights file that lies about its tensors is refused', () => {
  const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  const read = (header: unknown, bytes = 8) => readSafetensors(withHeader(header, new Uint8Array(bytes)));
  assert.deepEqual(read({ a: entry }).get('a')?.dims, [2]);
  assert.throws(() => read({ a: entry }, 7), /tensor a is not where/);
  assert.throws(() => read({ a: { ...entry, data_offsets: [8, 0] } }), /tensor a is not where/);
  assert.throws(() => read({ a: { ...entry, shape: [3] } }), /tensor a is not where/);
  assert.throws(() => read({ a: { ...entry, data_offsets: [-8, 0] } }));
  assert.throws(() => readSafetensors(new Uint8Array(7)), /end before/);
  // A header that would be longer than the file, and longer than any memory.
  assert.throws(() => readSafetensors(new Uint8Array(16).fill(255)), /end before/);
  assert.equal(read({ a: { ...entry, dtype: 'I64' } }).size, 0, 'whole numbers are none of our weights');
});
