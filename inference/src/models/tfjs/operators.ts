import type { OnnxGraph } from '../onnx/graph.ts';
import { convolution, inChannelsFirst, maxPool } from './windows.ts';
import type { TfNode } from './graph-model.ts';
import type { Constant } from './weights.ts';

/** A node of the TensorFlow graph while it is being rewritten. */
export type OperatorContext = {
  graph: OnnxGraph;
  node: TfNode;
  /** ONNX name of an operand. */
  value(index: number): string;
  /** An operand whose value is known now. Throws for any other. */
  constant(index: number): Constant;
};

/** Adds what does the same in ONNX and returns the names of the results. */
export type Operator = (context: OperatorContext) => string[];

const simple =
  (operator: string): Operator =>
  ({ graph, node, value }) =>
    graph.add(
      operator,
      node.input.map((_, index) => value(index)),
    );

/** The operators of the networks in the catalogue. */
export const operators: Record<string, Operator> = {
  Add: simple('Add'),
  AddV2: simple('Add'),
  BiasAdd: simple('Add'),
  Identity: simple('Identity'),
  Relu: simple('Relu'),
  Reshape: simple('Reshape'),
  Sigmoid: simple('Sigmoid'),

  LeakyRelu: ({ graph, node, value }) =>
    graph.add('LeakyRelu', [value(0)], { attributes: { alpha: { float: node.attr['alpha']?.f ?? 0.2 } } }),

  Transpose: ({ graph, value, constant }) =>
    graph.add('Transpose', [value(0)], { attributes: { perm: [...constant(1).values] } }),

  ConcatV2({ graph, node, value, constant }) {
    const axisIndex = node.input.length - 1;
    const operands = node.input.slice(0, axisIndex).map((_, index) => value(index));
    return graph.add('Concat', operands, { attributes: { axis: scalar(constant(axisIndex)) } });
  },

  SplitV({ graph, value, constant }) {
    const sizes = [...constant(1).values];
    const results = sizes.map(() => graph.fresh('Split'));
    return graph.add('Split', [value(0), graph.ints(sizes)], { attributes: { axis: scalar(constant(2)) }, results });
  },

  Pad: pad,
  PadV2: pad,

  Conv2D: convolution,
  _FusedConv2D: convolution,
  DepthwiseConv2dNative: convolution,
  FusedDepthwiseConv2dNative: convolution,
  MaxPool: maxPool,

  ResizeBilinear({ graph, node, value, constant }) {
    if (!node.attr['half_pixel_centers']?.b) throw new Error(`${node.name}: only half pixel centres are known.`);
    const [height = 1, width = 1] = constant(1).values;
    return inChannelsFirst(graph, value(0), (planes) => {
      const [shape] = graph.add('Shape', [planes]);
      const [kept] = graph.add('Slice', [shape, graph.ints([0]), graph.ints([2])]);
      const [sizes] = graph.add('Concat', [kept, graph.ints([height, width])], { attributes: { axis: 0 } });
      const attributes = { mode: 'linear', coordinate_transformation_mode: 'half_pixel' };
      return graph.add('Resize', [planes, '', '', sizes], { attributes });
    });
  },

  /** Here it only ever spells a shape out of constants. */
  SparseToDense({ graph, constant }) {
    const [indices, shape, values, filling] = [constant(0), constant(1), constant(2), constant(3)];
    const [length = 0, ...more] = shape.values;
    if (more.length > 0) throw new Error('SparseToDense: only vectors are known.');
    const dense = Array.from({ length }, () => filling.values[0] ?? 0);
    for (const [at, index] of indices.values.entries()) dense[index] = values.values[at] ?? values.values[0] ?? 0;
    return [graph.ints(dense)];
  },
};

function pad({ graph, node, value, constant }: OperatorContext): string[] {
  const { values } = constant(1);
  // Before and after of each dimension there; all befores, then all afters here.
  const before = values.filter((_, index) => index % 2 === 0);
  const after = values.filter((_, index) => index % 2 === 1);
  const filling = node.input.length > 2 ? [value(2)] : [];
  return graph.add('Pad', [value(0), graph.ints([...before, ...after]), ...filling]);
}

const scalar = ({ values }: Constant): number => values[0] ?? 0;
