import { createOnnxGraph } from '@sightline/inference/models/onnx/graph';
import type { DataType, OnnxGraph } from '@sightline/inference/models/onnx/graph';
import { createRandomWeights } from './random-weights.ts';

/** A network of random weights, for its speed alone. */
export type BenchNetwork = {
  /** The bytes of an ONNX file. */
  onnx: Uint8Array;
  input: { name: string; type: DataType; /** Of one sample */ dims: readonly number[] };
  output: { name: string; dims: readonly number[] };
};

/** Dozens of microseconds a run: what is around it weighs more than it does. */
export const mlp = (): BenchNetwork => dense('mlp', 1, [128, 128, 10]);

/** Weights that fill no cache: reading them takes longer than computing, and eight samples cost little more than one. */
export const gemm = (): BenchNetwork => dense('gemm', 2, [1_024, 3_072, 3_072, 1_024, 64]);

/**
 * A convolutional network of about 15 ms on one core; a batch gains it nothing. `float32`: from finished tensors of
 * 1.2 MB. `uint8`: from 307 kB of pixels that it normalizes itself, which is what `models add` makes of such a network.
 */
export function conv320(type: 'uint8' | 'float32'): BenchNetwork {
  const graph = createOnnxGraph(type === 'uint8' ? 'conv320-uint8' : 'conv320');
  const conv = createConvolutions(graph, 3);
  const dims = type === 'uint8' ? [320, 320, 3] : [3, 320, 320];
  graph.input('pixels', type, ['batch', ...dims]);
  let value = conv(type === 'uint8' ? normalized(graph, 'pixels') : 'pixels', 3, 16, { stride: 2 });
  value = conv(value, 16, 32, { stride: 2 });
  value = conv(value, 32, 64, { stride: 2 });
  for (let layer = 0; layer < 12; layer += 1) value = conv(value, 64, 64);
  value = conv(value, 64, 128, { stride: 2 });
  for (let layer = 0; layer < 12; layer += 1) value = conv(value, 128, 128);
  const [pooled] = graph.add('GlobalAveragePool', [value]);
  const [flat] = graph.add('Flatten', [pooled]);
  graph.add('MatMul', [flat, createRandomWeights(graph, 4)([128, 100], 128)], { results: ['scores'] });
  graph.output('scores', ['batch', 100]);
  return {
    onnx: graph.encode(),
    input: { name: 'pixels', type, dims },
    output: { name: 'scores', dims: [100] },
  };
}

const classCount = 80;
/** The weights say that nothing is there, so that finding boxes takes the same time for every picture. */
const nothingThere = -8;

/**
 * A detector's shape and about 60 ms on one core: raw pixels of 640 × 640 in, normalized by the graph itself, rows of
 * boxes out. `uint8`: as it should be. `float32`: the same layers behind a tensor that somebody has to fill.
 */
export function conv640(type: 'uint8' | 'float32'): BenchNetwork {
  const graph = createOnnxGraph(`conv640-${type}`);
  const conv = createConvolutions(graph, 5);
  const dims = type === 'uint8' ? [640, 640, 3] : [3, 640, 640];
  graph.input('pixels', type, [1, ...dims]);
  let value = type === 'uint8' ? normalized(graph, 'pixels') : 'pixels';
  value = conv(value, 3, 16, { stride: 2 });
  value = conv(value, 16, 32, { stride: 2 });
  value = conv(value, 32, 64, { stride: 2 });
  for (let layer = 0; layer < 13; layer += 1) value = conv(value, 64, 64);
  value = conv(value, 64, 128, { stride: 2 });
  for (let layer = 0; layer < 13; layer += 1) value = conv(value, 128, 128);
  value = conv(value, 128, 128, { stride: 2 });
  const rowSize = 5 + classCount;
  const weights = createRandomWeights(graph, 6)([rowSize, 128, 1, 1], 128 * 100);
  const [head] = graph.add('Conv', [value, weights, graph.floats([rowSize], Array(rowSize).fill(nothingThere))]);
  const [sure] = graph.add('Sigmoid', [head]);
  const [flat] = graph.add('Reshape', [sure, graph.ints([1, rowSize, 400])]);
  graph.add('Transpose', [flat], { attributes: { perm: [0, 2, 1] }, results: ['rows'] });
  graph.output('rows', [1, 400, rowSize]);
  return {
    onnx: graph.encode(),
    input: { name: 'pixels', type, dims },
    output: { name: 'rows', dims: [400, rowSize] },
  };
}

/** Fully connected layers, rectified but for the last. */
function dense(name: string, seed: number, sizes: readonly number[]): BenchNetwork {
  const graph = createOnnxGraph(name);
  const weights = createRandomWeights(graph, seed);
  const [inputSize = 0] = sizes;
  const outputSize = sizes.at(-1) ?? 0;
  graph.input('features', 'float32', ['batch', inputSize]);
  let value = 'features';
  for (const [index, size] of sizes.slice(1).entries()) {
    const from = sizes[index] ?? 0;
    const isLast = index === sizes.length - 2;
    const [sum] = graph.add('MatMul', [value, weights([from, size], from)], isLast ? { results: ['scores'] } : {});
    value = isLast ? sum : graph.add('Relu', [sum])[0];
  }
  graph.output('scores', ['batch', outputSize]);
  return {
    onnx: graph.encode(),
    input: { name: 'features', type: 'float32', dims: [inputSize] },
    output: { name: 'scores', dims: [outputSize] },
  };
}

/** Convolutions of 3 × 3 with a rectifier behind them. */
function createConvolutions(graph: OnnxGraph, seed: number) {
  const weights = createRandomWeights(graph, seed);
  return (value: string, from: number, to: number, { stride = 1 } = {}): string => {
    const attributes = { kernel_shape: [3, 3], strides: [stride, stride], pads: [1, 1, 1, 1] };
    const [sum] = graph.add('Conv', [value, weights([to, from, 3, 3], from * 9)], { attributes });
    return graph.add('Relu', [sum])[0];
  };
}

/** Bytes of pixels, row by row, to planes of floats around zero. */
function normalized(graph: OnnxGraph, pixels: string): string {
  const [floats] = graph.add('Cast', [pixels], { attributes: { to: 1 } });
  const [scaled] = graph.add('Mul', [floats, graph.floats([], [2 / 255])]);
  const [centred] = graph.add('Sub', [scaled, graph.floats([], [1])]);
  return graph.add('Transpose', [centred], { attributes: { perm: [0, 3, 1, 2] } })[0];
}
