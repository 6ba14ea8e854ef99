import type { Attribute, OnnxGraph } from '../onnx/graph.ts';
import type { TfNode } from './graph-model.ts';
import type { OperatorContext } from './operators.ts';
import { permute } from './weights.ts';

/* Operators that slide a window over a picture. */

/** A convolution, of all channels or of each alone (depthwise), with the bias and activation that were fused into it. */
export function convolution({ graph, node, value, constant }: OperatorContext): string[] {
  const isDepthwise = node.op.includes('Depthwise');
  // TensorFlow keeps filters as height, width, in, out; depthwise ones as height, width, in, out of each.
  const given = constant(1);
  const filter = permute(given, isDepthwise ? [2, 3, 0, 1] : [3, 2, 0, 1]);
  const [height = 1, width = 1] = filter.dims.slice(2);
  const groups = given.dims[2] ?? 1;
  const dims = isDepthwise ? [groups * (given.dims[3] ?? 1), 1, height, width] : filter.dims;
  const attributes: Record<string, Attribute> = {
    kernel_shape: [height, width],
    strides: spatial(node, 'strides'),
    dilations: spatial(node, 'dilations'),
    ...paddingOf(node),
    ...(isDepthwise && { group: groups }),
  };
  const fused = fusedOf(node);
  const bias = fused.hasBias ? constant(2) : null;
  return inChannelsFirst(graph, value(0), (planes) => {
    const operands = [planes, graph.floats(dims, filter.values)];
    if (bias) operands.push(graph.floats(bias.dims, bias.values));
    const sums = graph.add('Conv', operands, { attributes });
    return fused.activation === null ? sums : graph.add(fused.activation, sums);
  });
}

export function maxPool({ graph, node, value }: OperatorContext): string[] {
  const attributes: Record<string, Attribute> = {
    kernel_shape: spatial(node, 'ksize'),
    strides: spatial(node, 'strides'),
    ...paddingOf(node),
  };
  return inChannelsFirst(graph, value(0), (planes) => graph.add('MaxPool', [planes], { attributes }));
}

/** ONNX computes on planes, TensorFlow on pixels; the runtime cancels neighbouring pairs of these out. */
export function inChannelsFirst(graph: OnnxGraph, pixels: string, compute: (planes: string) => string[]): string[] {
  const [planes] = graph.add('Transpose', [pixels], { attributes: { perm: [0, 3, 1, 2] } });
  const [result = ''] = compute(planes);
  return graph.add('Transpose', [result], { attributes: { perm: [0, 2, 3, 1] } });
}

/** Height and width of an attribute that has a number for each of the four dimensions. */
function spatial(node: TfNode, name: string): number[] {
  const order = node.attr['data_format']?.s ?? 'NHWC';
  if (order !== 'NHWC') throw new Error(`${node.name}: data_format ${order} is not known.`);
  const [, height = 1, width = 1] = node.attr[name]?.list?.i ?? [];
  return [height, width];
}

/** `SAME` puts the odd row and column of padding after the picture, as ONNX's `SAME_UPPER`. */
function paddingOf(node: TfNode): Record<string, Attribute> {
  const found = node.attr['padding']?.s;
  if (found === 'VALID') return {};
  if (found === 'SAME') return { auto_pad: 'SAME_UPPER' };
  throw new Error(`${node.name}: padding ${found} is not known.`);
}

const activations = new Set(['Relu']);

function fusedOf({ name, attr }: TfNode): { hasBias: boolean; activation: string | null } {
  const fused = attr['fused_ops']?.list?.s ?? [];
  const hasBias = fused[0] === 'BiasAdd';
  const [activation = null, ...more] = hasBias ? fused.slice(1) : fused;
  if (more.length > 0 || (activation !== null && !activations.has(activation))) {
    throw new Error(`${name}: what is fused into it (${fused.join(', ')}) is not known.`);
  }
  return { hasBias, activation };
}
