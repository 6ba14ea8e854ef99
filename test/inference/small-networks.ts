import { createOnnxGraph } from '@sightline/inference/models/onnx/graph';
import type { DataType, OnnxGraph } from '@sightline/inference/models/onnx/graph';

export type MadeOutput = {
  name: string;
  dims: number[];
  /** What is written at each place, plus a little of what the picture is. */
  value?: (index: number) => number;
  /** An operator that makes the output, such as Softmax. */
  by?: string;
  attributes?: Record<string, number>;
};

type MadeInput = { name?: string; type?: DataType; dims?: number[] };

/**
 * A network of one input and outputs of any shape, as the exporters of a family would name and shape them. Every value
 * depends on the picture: the mean of its first channel times `sensitivity` is added.
 */
export function madeNetwork(
  outputs: readonly MadeOutput[],
  { name = 'images', type = 'float32', dims = [1, 3, 64, 64] }: MadeInput = {},
  sensitivity = 1e-6,
): Uint8Array {
  const graph = createOnnxGraph('made');
  graph.input(name, type, dims);
  const op = opsOf(graph);
  const floats = type === 'float32' ? name : op('Cast', [name], { to: 1 });
  const mean = op('ReduceMean', [floats], { keepdims: 0 });
  const shift = op('Mul', [mean, graph.floats([], [sensitivity])]);
  for (const { name: output, dims: shape, value = () => 0, by = 'Identity', attributes = {} } of outputs) {
    const count = shape.reduce((product, size) => product * size, 1);
    const values = graph.floats(
      shape,
      Array.from({ length: count }, (_, index) => value(index)),
    );
    graph.add(by, [op('Add', [values, shift])], { attributes, results: [output] });
    graph.output(output, shape);
  }
  return graph.encode();
}

/**
 * A network that answers its own input, a hundredth as large, so that every pixel and channel of it shows; with `gain`,
 * the sine of so many times each, which makes much of the smallest difference.
 */
export function echoNetwork(dims: number[], gain: number | null = null): Uint8Array {
  const graph = createOnnxGraph('echo');
  const op = opsOf(graph);
  graph.input('x', 'float32', dims);
  const scaled = op('Mul', ['x', graph.floats([], [gain ?? 0.01])]);
  const seen = gain === null ? scaled : op('Sin', [scaled]);
  // As one row a picture, which is taken for scores.
  graph.add('Reshape', [seen, graph.ints([1, -1])], { results: ['logits'] });
  graph.output('logits', [1, dims.reduce((product, size) => product * size, 1)]);
  return graph.encode();
}

const opsOf =
  (graph: OnnxGraph) =>
  (operator: string, operands: string[], attributes: Record<string, number> = {}) =>
    graph.add(operator, operands, { attributes })[0];

const grid = [64, 16, 4];
const cells = 84;

/** By family: what it exports for an input of 64 × 64. */
export const families = {
  nanodet: (classCount: number) =>
    madeNetwork([
      ...grid.map((count, index) => ({ name: `cls_${index}`, dims: [1, count, classCount] })),
      ...grid.map((count, index) => ({ name: `dis_${index}`, dims: [1, count, 32] })),
    ]),
  yolox: (classCount: number) => madeNetwork([{ name: 'output', dims: [1, cells, 5 + classCount] }]),
  yunet: () =>
    madeNetwork(
      [8, 16, 32].flatMap((stride, index) =>
        [['cls', 1] as const, ['obj', 1] as const, ['bbox', 4] as const, ['kps', 10] as const].map(
          ([name, length]) => ({
            name: `${name}_${stride}`,
            dims: [1, grid[index] ?? 0, length],
          }),
        ),
      ),
    ),
  /** Three rows a cell, finished in the graph. */
  rows: (classCount: number) =>
    madeNetwork([
      {
        name: 'output0',
        dims: [1, cells * 3, 5 + classCount],
        value: (index) => (index % (5 + classCount) < 4 ? 20 : 0.1),
      },
    ]),
  ultraface: () =>
    madeNetwork(
      [
        { name: 'scores', dims: [1, 50, 2], by: 'Softmax', attributes: { axis: 2 } },
        { name: 'boxes', dims: [1, 50, 4], value: (index) => [0.1, 0.2, 0.3, 0.4][index % 4] ?? 0 },
      ],
      { name: 'input', dims: [1, 3, 48, 64] },
    ),
  /** Boxes that need anchors: offsets, as often one way as the other. */
  offsets: () =>
    madeNetwork([
      { name: 'scores', dims: [1, 50, 21], by: 'Softmax', attributes: { axis: 2 } },
      { name: 'boxes', dims: [1, 50, 4], value: (index) => Math.sin(index * 12.9) },
    ]),
  /** After overlaps were suppressed, as TensorFlow names it. */
  suppressed: () =>
    madeNetwork(
      [
        { name: 'detection_boxes', dims: [1, 10, 4], value: (index) => [0.1, 0.2, 0.3, 0.4][index % 4] ?? 0 },
        { name: 'detection_classes', dims: [1, 10] },
        { name: 'detection_scores', dims: [1, 10], value: () => 0.5 },
      ],
      { name: 'image_tensor', type: 'uint8', dims: [1, 64, 64, 3] },
    ),
  classifier: (classCount: number, by = 'Identity') =>
    madeNetwork([{ name: 'output', dims: [1, classCount], by, ...(by === 'Softmax' && { attributes: { axis: 1 } }) }]),
  embedding: (length: number) =>
    madeNetwork([{ name: 'output', dims: [1, length], value: (index) => Math.cos(index) }]),
  odd: () => madeNetwork([{ name: 'heat', dims: [1, 17, 48, 48] }]),
};
