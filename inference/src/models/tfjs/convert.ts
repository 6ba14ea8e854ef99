import { createOnnxGraph } from '../onnx/graph.ts';
import type { OnnxGraph } from '../onnx/graph.ts';
import { normalizePlanes } from '../onnx/pixels.ts';
import type { Normalization } from '../onnx/pixels.ts';
import { graphModelSchema } from './graph-model.ts';
import type { GraphModel, TfNode } from './graph-model.ts';
import { operators } from './operators.ts';
import { readWeights } from './weights.ts';
import type { Constant } from './weights.ts';

type Conversion = {
  name: string;
  /** `model.json`, parsed. */
  model: unknown;
  weights: Uint8Array;
  /** Square input, in pixels. */
  inputSize: number;
  normalization: Normalization;
  /** Instead of the outputs that the graph names: nodes whose rows are joined, one after the other, under a new name. */
  outputs?: Record<string, JoinedOutput>;
};

type JoinedOutput = { nodes: readonly string[]; dims: readonly number[] };

/**
 * Rewrites a TensorFlow.js graph as ONNX. The result takes raw pixels (`uint8`, rows of RGB): normalization becomes
 * part of the network, where it costs nothing. The same files always give the same bytes.
 * Throws when the graph has something in it that we do not know.
 */
export function convertGraphModel(conversion: Conversion): Uint8Array {
  const { name, model, weights, inputSize, normalization, outputs } = conversion;
  const source = graphModelSchema.parse(model);
  const constants = readWeights(source.weightsManifest[0].weights, weights);
  const nodes = new Map(source.modelTopology.node.map((node) => [node.name, node]));
  const graph = createOnnxGraph(name);
  const results = new Map<string, readonly string[]>();

  /** ONNX name of `node` or `node:output`, adding what is needed to compute it. */
  function value(reference: string): string {
    const { nodeName, output } = parseReference(reference);
    let names = results.get(nodeName);
    if (!names) {
      const node = nodes.get(nodeName);
      if (!node) throw new Error(`There is no node ${nodeName}.`);
      names = convertNode(node);
      results.set(nodeName, names);
    }
    const found = names[output];
    if (found === undefined) throw new Error(`${nodeName} has no output ${output}.`);
    return found;
  }

  function constant(reference: string): Constant {
    const found = constants.get(parseReference(reference).nodeName);
    if (!found) throw new Error(`${reference} is not a constant.`);
    return found;
  }

  function convertNode(node: TfNode): readonly string[] {
    if (node.op === 'Placeholder') return [addInput(graph, node, inputSize, normalization)];
    if (node.op === 'Const') return [addConstant(graph, constant(node.name))];
    const operator = operators[node.op];
    if (!operator) throw new Error(`The operator ${node.op} (${node.name}) is not known.`);
    const operand = (index: number) => node.input[index] ?? '';
    return operator({
      graph,
      node,
      value: (index) => value(operand(index)),
      constant: (index) => constant(operand(index)),
    });
  }

  if (outputs) {
    for (const [output, { nodes: parts, dims }] of Object.entries(outputs)) {
      graph.add('Concat', parts.map(value), { attributes: { axis: 1 }, results: [output] });
      graph.output(output, dims);
    }
    return graph.encode();
  }
  for (const { name: reference, dims } of outputsOf(source)) {
    const { nodeName } = parseReference(reference);
    graph.add('Identity', [value(reference)], { results: [nodeName] });
    graph.output(nodeName, dims);
  }
  return graph.encode();
}

/** Raw pixels in, and out what the network was trained on: planes, unless its placeholder ends with the channels. */
function addInput(graph: OnnxGraph, node: TfNode, size: number, normalization: Normalization): string {
  graph.input('pixels', 'uint8', [1, size, size, 3]);
  const [floats] = graph.add('Cast', ['pixels'], { attributes: { to: 1 } });
  const dims = node.attr['shape']?.shape?.dim ?? [];
  const isPixels = dims.length === 4 && dims[3]?.size === 3 && dims[1]?.size !== 3;
  return isPixels ? normalizePixels(graph, floats, normalization) : normalizePlanes(graph, floats, normalization);
}

function normalizePixels(graph: OnnxGraph, floats: string, { channels, mean, std }: Normalization): string {
  const [ordered] =
    channels === 'rgb' ? [floats] : graph.add('Gather', [floats, graph.ints([2, 1, 0])], { attributes: { axis: 3 } });
  const [centred] = graph.add('Sub', [ordered, graph.floats([3], mean)]);
  return graph.add('Div', [centred, graph.floats([3], std)])[0];
}

const addConstant = (graph: OnnxGraph, { dims, values }: Constant): string =>
  values instanceof Float32Array ? graph.floats(dims, values) : graph.ints([...values], dims);

function outputsOf({ signature }: GraphModel): { name: string; dims: number[] }[] {
  if (!signature) throw new Error('The graph does not say what its outputs are.');
  return Object.values(signature.outputs)
    .map(({ name, tensorShape }) => ({ name, dims: tensorShape.dim.map(({ size }) => size) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function parseReference(reference: string): { nodeName: string; output: number } {
  const [nodeName = '', output = '0'] = reference.split(':');
  return { nodeName, output: Number(output) };
}
