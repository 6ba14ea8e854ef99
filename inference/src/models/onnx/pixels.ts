import { dataTypeOf } from './graph.ts';
import type { OnnxGraph, Size } from './graph.ts';

/** What a network was trained on: order of channels, and mean and deviation of each in that order. */
export type Normalization = { channels: 'rgb' | 'bgr'; mean: readonly number[]; std: readonly number[] };

/**
 * Adds an input `pixels` (`uint8`, rows of RGB) and gives normalized planes [batch, 3, height, width].
 */
export function addPixels(
  graph: OnnxGraph,
  { batch, width, height }: { batch: Size; width: number; height: number },
  normalization: Normalization,
): string {
  graph.input('pixels', 'uint8', [batch, height, width, 3]);
  const [floats] = graph.add('Cast', ['pixels'], { attributes: { to: dataTypeOf('float32') } });
  return normalizePlanes(graph, floats, normalization);
}

/** Rows of RGB as normalized planes: a 1 × 1 convolution does the order of channels, the mean and the deviation. */
export function normalizePlanes(graph: OnnxGraph, floats: string, { channels, mean, std }: Normalization): string {
  const [planes] = graph.add('Transpose', [floats], { attributes: { perm: [0, 3, 1, 2] } });
  const weights = [0, 1, 2].flatMap((out) =>
    [0, 1, 2].map((from) => (from === (channels === 'bgr' ? 2 - out : out) ? 1 / (std[out] ?? 1) : 0)),
  );
  const bias = [0, 1, 2].map((out) => -(mean[out] ?? 0) / (std[out] ?? 1));
  const operands = [planes, graph.floats([3, 3, 1, 1], weights), graph.floats([3], bias)];
  return graph.add('Conv', operands, { attributes: { kernel_shape: [1, 1] } })[0];
}
