import { createOnnxGraph } from '../onnx/graph.ts';
import { addPixels } from '../onnx/pixels.ts';
import type { Normalization } from '../onnx/pixels.ts';
import { addUnitLength } from '../onnx/unit-length.ts';
import { readWeights } from '../tfjs/weights.ts';
import type { Constant } from '../tfjs/weights.ts';
import { inputConfig, layersModelSchema } from './layers-model.ts';
import type { Layer } from './layers-model.ts';
import { layers as writers } from './layers.ts';

type Conversion = {
  name: string;
  /** `model.json`, parsed. */
  model: unknown;
  /** Hands out a file that `model.json` names. */
  shard(path: string): Uint8Array;
  normalization: Normalization;
  /** The layer `[batch, size]` whose result is an output `embedding` too, scaled to length 1. */
  embeddingLayer?: string;
};

/**
 * Rewrites a Keras classifier (a TensorFlow.js layers model) as ONNX: `pixels` (`uint8`, [batch, height, width, 3], RGB) in,
 * `scores` [batch, classes] out, as the last layer gives them. Normalizations become part of the convolutions before them.
 * The same files always give the same bytes. Throws when the model has something in it that we do not know.
 */
export function convertLayersModel({ name, model, shard, normalization, embeddingLayer }: Conversion): Uint8Array {
  const { modelTopology, weightsManifest } = layersModelSchema.parse(model);
  const { layers, output_layers: outputs } = modelTopology.model_config.config;
  const known = new Map(layers.map((layer) => [layer.name, layer]));
  const weights = new Map(
    weightsManifest.flatMap((group) => [...readWeights(group.weights, Buffer.concat(group.paths.map(shard)))]),
  );
  const takers = takersOf(layers);
  const graph = createOnnxGraph(name);
  const results = new Map<string, string>();

  const weightOf =
    ({ name: owner }: Layer) =>
    (role: string): Constant => {
      const found = weights.get(`${owner}/${role}`);
      if (!found) throw new Error(`${owner} has no ${role}.`);
      return found;
    };

  function normalizationAfter(layer: Layer) {
    const [taker, ...more] = takers.get(layer.name) ?? [];
    if (layer.class_name !== 'Conv2D' || more.length > 0 || taker?.class_name !== 'BatchNormalization') return null;
    return { layer: taker, weight: weightOf(taker) };
  }

  function addLayer(layer: Layer): string {
    if (layer.class_name === 'InputLayer') {
      const [, height, width] = inputConfig.parse(layer.config).batch_input_shape;
      return addPixels(graph, { batch: 'batch', width, height }, normalization);
    }
    const sources = sourcesOf(layer);
    const operands = sources.map(result);
    if (layer.class_name === 'BatchNormalization') {
      const [source] = sources;
      const before = source === undefined ? undefined : known.get(source);
      if (!before || !normalizationAfter(before)) throw new Error(`${layer.name} does not follow a convolution alone.`);
      // It is part of what is before it.
      return operands[0] ?? '';
    }
    const write = writers[layer.class_name];
    if (!write) throw new Error(`The layer ${layer.class_name} (${layer.name}) is not known.`);
    return write({ graph, layer, operands, weight: weightOf(layer), normalization: normalizationAfter(layer) });
  }

  /** ONNX name of what a layer gives, adding what is needed to compute it. */
  function result(layerName: string): string {
    const found = results.get(layerName);
    if (found !== undefined) return found;
    const layer = known.get(layerName);
    if (!layer) throw new Error(`There is no layer ${layerName}.`);
    const added = addLayer(layer);
    results.set(layerName, added);
    return added;
  }

  const [last] = outputs[0];
  graph.add('Identity', [result(last)], { results: ['scores'] });
  graph.output('scores', ['batch', sizeOf(last)]);
  if (embeddingLayer !== undefined) {
    addUnitLength(graph, result(embeddingLayer), 'embedding');
    graph.output('embedding', ['batch', inputSizeOf(embeddingLayer)]);
  }
  return graph.encode();

  function inputSizeOf(layerName: string): number {
    const dense = takers.get(layerName)?.find(({ class_name: kind }) => kind === 'Dense');
    const [size] = weights.get(`${dense?.name}/kernel`)?.dims ?? [];
    if (size === undefined) throw new Error(`No dense layer takes ${layerName}.`);
    return size;
  }

  function sizeOf(layerName: string): number {
    const [, size] = weights.get(`${layerName}/kernel`)?.dims ?? [];
    if (size === undefined) throw new Error(`The last layer, ${layerName}, is not dense.`);
    return size;
  }
}

/** Names of what feeds a layer. Throws for one that is used more than once: then it has more than one result. */
function sourcesOf({ name, inbound_nodes: uses }: Layer): string[] {
  const [use = [], ...more] = uses;
  if (more.length > 0) throw new Error(`${name} is used ${uses.length} times.`);
  return use.map(([source]) => source);
}

function takersOf(layers: readonly Layer[]): Map<string, Layer[]> {
  const takers = new Map<string, Layer[]>();
  for (const layer of layers) {
    for (const source of sourcesOf(layer)) takers.set(source, [...(takers.get(source) ?? []), layer]);
  }
  return takers;
}
