import { join } from 'node:path';
import { blobsConfig, blobsOnnx } from '@sightline/inference/models/blobs';
import { digestOf, writeModel } from '@sightline/inference/models/model-files';
import { createOnnxGraph, dataTypeOf } from '@sightline/inference/models/onnx/graph';

/*
 * A model of every task, none of them trained: what each answers is known in advance.
 */

const inputSize = 16;
const picture = {
  width: inputSize,
  height: inputSize,
  tensor: { kind: 'uint8-nhwc-rgb' },
  letterbox: { align: 'stretch', pad: 0 },
};

/** Mean red, green and blue of a picture: `scores` from 0 to 10, `vector` from 0 to 1. */
function coloursNetwork(): Uint8Array {
  const graph = createOnnxGraph('colours');
  graph.input('pixels', 'uint8', [1, inputSize, inputSize, 3]);
  const [floats] = graph.add('Cast', ['pixels'], { attributes: { to: dataTypeOf('float32') } });
  const [means] = graph.add('ReduceMean', [floats], { attributes: { axes: [1, 2], keepdims: 0 } });
  graph.add('Div', [means, graph.floats([], [25.5])], { results: ['scores'] });
  graph.add('Div', [means, graph.floats([], [255])], { results: ['vector'] });
  graph.output('scores', [1, 3]);
  graph.output('vector', [1, 3]);
  return graph.encode();
}

/** Of each text the sum of its tokens' numbers, and twice that. */
function sumsNetwork(): Uint8Array {
  const graph = createOnnxGraph('sums');
  graph.input('input_ids', 'int64', ['texts', 'tokens']);
  graph.input('attention_mask', 'int64', ['texts', 'tokens']);
  const [counted] = graph.add('Mul', ['input_ids', 'attention_mask']);
  const [floats] = graph.add('Cast', [counted], { attributes: { to: dataTypeOf('float32') } });
  const [sums] = graph.add('ReduceSum', [floats, graph.ints([1])], { attributes: { keepdims: 1 } });
  graph.add('Mul', [sums, graph.floats([1, 2], [1, 2])], { results: ['vector'] });
  graph.output('vector', ['texts', 2]);
  return graph.encode();
}

/** Tokens by number: `red` is 4, `green` 5, `blue` 6; a text has 1 before and 2 after it. */
const vocabulary = ['[PAD]', '[CLS]', '[SEP]', '[UNK]', 'red', 'green', 'blue'].join('\n');

const provenance = { licence: 'MIT', source: 'made by a test' };

/** What stands in a folder of models: `colours`, `colour-vectors`, `sums`, `plain` and `faces`, which sees red ones. */
export async function writeTaskModels(dataDirectory: string): Promise<void> {
  const directory = join(dataDirectory, 'models');
  const colours = coloursNetwork();
  const write = (name: string, onnx: Uint8Array, config: object, beside: Record<string, string> = {}) =>
    writeModel(directory, name, {
      '1/model.onnx': onnx,
      'config.json': JSON.stringify({ ...provenance, ...config, digests: { 1: digestOf(onnx) } }),
      ...beside,
    });
  await write('colours', colours, {
    task: 'classification',
    labels: ['red', 'green', 'blue'],
    input: picture,
    output: { scores: 'scores', activation: 'softmax', embedding: 'vector' },
  });
  await write('colour-vectors', colours, {
    task: 'image-embedding',
    input: picture,
    output: { embedding: 'vector' },
  });
  await write(
    'sums',
    sumsNetwork(),
    {
      task: 'text-embedding',
      tokenizer: { kind: 'wordpiece', vocabulary: 'vocabulary.txt', isLowerCase: true, tokensMax: 16 },
      output: { embedding: 'vector' },
    },
    { 'vocabulary.txt': vocabulary },
  );
  await write('plain', sumsNetwork(), { task: 'tensors' });
  const { selfTest: _, ...faces } = blobsConfig;
  await write('faces', blobsOnnx(), { ...faces, labels: ['face', 'other', 'another'] });
}
