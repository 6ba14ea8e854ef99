import { createOnnxGraph, dataTypeOf } from '../onnx/graph.ts';
import type { Attribute, OnnxGraph } from '../onnx/graph.ts';
import { addUnitLength } from '../onnx/unit-length.ts';
import { bertConfigSchema } from './bert-config.ts';
import type { BertConfig } from './bert-config.ts';
import { readSafetensors } from './read-safetensors.ts';
import type { StoredTensor } from './read-safetensors.ts';

type Conversion = {
  name: string;
  /** `config.json`, parsed. */
  config: unknown;
  /** A safetensors file. */
  weights: Uint8Array;
};

/** What an encoder's parts are written with. */
type Writer = {
  graph: OnnxGraph;
  config: BertConfig;
  op(operator: string, operands: readonly string[], attributes?: Record<string, Attribute>): string;
  /** ONNX name of a stored tensor as 32-bit floats. The runtime converts it once, when it loads the file. */
  weight(path: string): string;
  /** The same as it is stored. */
  stored(path: string): string;
  scalar(value: number): string;
};

/** Scores of what is to be ignored: far enough below all others to count nothing at all. */
const ignored = -10_000;

/**
 * Writes a BERT encoder (https://arxiv.org/abs/1810.04805) with mean pooling on top, as sentence encoders are trained
 * (https://arxiv.org/abs/1908.10084). Takes `input_ids` and `attention_mask` (`int64`, [batch, tokens]), gives `embedding`
 * (`float32`, [batch, size], of length 1). Weights stay in the precision they are stored in. The same files always give
 * the same bytes. Throws for files of another kind of network.
 */
export function convertSentenceEncoder({ name, config: given, weights }: Conversion): Uint8Array {
  const config = bertConfigSchema.parse(given);
  if (config.hidden_size % config.num_attention_heads !== 0) throw new Error('The heads do not divide the size.');
  const graph = createOnnxGraph(name);
  const writer = createWriter(graph, config, readSafetensors(weights));
  const { op, scalar } = writer;

  graph.input('input_ids', 'int64', ['batch', 'tokens']);
  graph.input('attention_mask', 'int64', ['batch', 'tokens']);
  const mask = op('Cast', ['attention_mask'], { to: dataTypeOf('float32') });
  const absent = op('Sub', [scalar(1), op('Unsqueeze', [mask, graph.ints([1, 2])])]);
  const bias = op('Mul', [absent, scalar(ignored)]);

  let hidden = addEmbeddings(writer);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) hidden = addLayer(writer, hidden, bias, layer);

  // The mean of what stands at each token, leaving padding out.
  const isToken = op('Unsqueeze', [mask, graph.ints([2])]);
  const sum = op('ReduceSum', [op('Mul', [hidden, isToken]), graph.ints([1])], { keepdims: 0 });
  const count = op('ReduceSum', [mask, graph.ints([1])], { keepdims: 1 });
  addUnitLength(graph, op('Div', [sum, op('Max', [count, scalar(1)])]), 'embedding');
  graph.output('embedding', ['batch', config.hidden_size]);
  return graph.encode();
}

function createWriter(graph: OnnxGraph, config: BertConfig, tensors: ReadonlyMap<string, StoredTensor>): Writer {
  const op: Writer['op'] = (operator, operands, attributes = {}) => graph.add(operator, operands, { attributes })[0];

  function tensorAt(path: string): StoredTensor {
    // With and without the head that the encoder was trained with.
    const tensor = tensors.get(path) ?? tensors.get(`bert.${path}`);
    if (!tensor) throw new Error(`The weights have no ${path}.`);
    return tensor;
  }
  const store = ({ type, dims, bytes }: StoredTensor) => graph.stored(type, dims, bytes);
  return {
    graph,
    config,
    op,
    stored: (path) => store(tensorAt(path)),
    weight(path) {
      const tensor = tensorAt(path);
      const value = store(tensor);
      return tensor.type === 'float32' ? value : op('Cast', [value], { to: dataTypeOf('float32') });
    },
    scalar: (value) => graph.floats([], [value]),
  };
}

/** What a token means, where it stands, and that it is of the first of two texts: there is only one. */
function addEmbeddings(writer: Writer): string {
  const { graph, op, weight, stored } = writer;
  // As numbers are looked up first and converted then, the large table stays as small as it is stored.
  const rows = op('Gather', [stored('embeddings.word_embeddings.weight'), 'input_ids']);
  const words = op('Cast', [rows], { to: dataTypeOf('float32') });
  const length = op('Slice', [op('Shape', ['input_ids']), graph.ints([1]), graph.ints([2])]);
  const positionTable = weight('embeddings.position_embeddings.weight');
  const positions = op('Slice', [positionTable, graph.ints([0]), length, graph.ints([0])]);
  const kind = op('Gather', [weight('embeddings.token_type_embeddings.weight'), graph.ints([0])], { axis: 0 });
  const sum = op('Add', [op('Add', [words, kind]), positions]);
  return addNorm(writer, sum, 'embeddings.LayerNorm');
}

function addLayer(writer: Writer, hidden: string, bias: string, layer: number): string {
  const { op, scalar } = writer;
  const path = `encoder.layer.${layer}`;
  const attended = addDense(
    writer,
    addAttention(writer, hidden, bias, `${path}.attention.self`),
    `${path}.attention.output.dense`,
  );
  const middle = addNorm(writer, op('Add', [attended, hidden]), `${path}.attention.output.LayerNorm`);
  const wide = addDense(writer, middle, `${path}.intermediate.dense`);
  // Gaussian error linear unit, in the order in which the runtime knows it for one.
  const error = op('Erf', [op('Div', [wide, scalar(Math.SQRT2)])]);
  const unit = op('Mul', [op('Mul', [wide, op('Add', [error, scalar(1)])]), scalar(0.5)]);
  const narrow = addDense(writer, unit, `${path}.output.dense`);
  return addNorm(writer, op('Add', [narrow, middle]), `${path}.output.LayerNorm`);
}

/** Every token looks at every other, with several heads: [batch, tokens, size] in and out. */
function addAttention(writer: Writer, hidden: string, bias: string, path: string): string {
  const { graph, op, config, scalar } = writer;
  const { hidden_size: size, num_attention_heads: heads } = config;
  const headSize = size / heads;
  const apart = (role: string) =>
    op('Reshape', [addDense(writer, hidden, `${path}.${role}`), graph.ints([0, 0, heads, headSize])]);
  const query = op('Transpose', [apart('query')], { perm: [0, 2, 1, 3] });
  const key = op('Transpose', [apart('key')], { perm: [0, 2, 3, 1] });
  const value = op('Transpose', [apart('value')], { perm: [0, 2, 1, 3] });
  const scores = op('Div', [op('MatMul', [query, key]), scalar(Math.sqrt(headSize))]);
  const shares = op('Softmax', [op('Add', [scores, bias])], { axis: -1 });
  const seen = op('Transpose', [op('MatMul', [shares, value])], { perm: [0, 2, 1, 3] });
  return op('Reshape', [seen, graph.ints([0, 0, size])]);
}

/** `x · wᵀ + b`. */
function addDense({ op, weight }: Writer, value: string, path: string): string {
  const turned = op('Transpose', [weight(`${path}.weight`)], { perm: [1, 0] });
  return op('Add', [op('MatMul', [value, turned]), weight(`${path}.bias`)]);
}

function addNorm({ op, weight, config }: Writer, value: string, path: string): string {
  const operands = [value, weight(`${path}.weight`), weight(`${path}.bias`)];
  return op('LayerNormalization', operands, { axis: -1, epsilon: { float: config.layer_norm_eps } });
}
