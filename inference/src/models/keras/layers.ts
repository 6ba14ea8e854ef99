import type { OnnxGraph } from '../onnx/graph.ts';
import { permute } from '../tfjs/weights.ts';
import type { Constant } from '../tfjs/weights.ts';
import { foldNormalization } from './fold-normalization.ts';
import * as schemas from './layers-model.ts';
import type { Layer } from './layers-model.ts';

/** A layer while it is being rewritten. Pictures are planes here: [batch, channels, height, width]. */
export type LayerContext = {
  graph: OnnxGraph;
  layer: Layer;
  /** ONNX names of what feeds it. */
  operands: readonly string[];
  /** One of its own weights. Throws when there is none. */
  weight(name: string): Constant;
  /** The normalization that is the only one to take its result, which becomes part of it. */
  normalization: { layer: Layer; weight(name: string): Constant } | null;
};

/** Adds what does the same in ONNX, and returns the name of its result. */
type WriteLayer = (context: LayerContext) => string;

/** The layers of residual networks; any other is refused by name. */
export const layers: Record<string, WriteLayer> = {
  ZeroPadding2D({ graph, layer, operands }) {
    const [[top, bottom], [left, right]] = schemas.zeroPaddingConfig.parse(layer.config).padding;
    return graph.add('Pad', [only(operands), graph.ints([0, 0, top, left, 0, 0, bottom, right])])[0];
  },

  Conv2D({ graph, layer, operands, weight, normalization }) {
    const config = schemas.convolutionConfig.parse(layer.config);
    // Keras keeps filters as height, width, in, out.
    const plain = {
      filter: permute(weight('kernel'), [3, 2, 0, 1]),
      bias: config.use_bias ? weight('bias') : null,
    };
    if (normalization && config.activation !== 'linear')
      throw new Error(`${layer.name}: activated before it is normalized.`);
    const { filter, bias } = normalization ? foldNormalization(plain, normalization) : plain;
    const weights = [filter, ...(bias ? [bias] : [])].map(({ dims, values }) => graph.floats(dims, values));
    const [sums] = graph.add('Conv', [only(operands), ...weights], {
      attributes: {
        kernel_shape: config.kernel_size,
        strides: config.strides,
        dilations: config.dilation_rate,
        ...paddingOf(config.padding),
      },
    });
    return activate(graph, config.activation, sums, 1);
  },

  MaxPooling2D({ graph, layer, operands }) {
    const { pool_size: size, strides, padding } = schemas.poolingConfig.parse(layer.config);
    const attributes = { kernel_shape: size, strides, ...paddingOf(padding) };
    return graph.add('MaxPool', [only(operands)], { attributes })[0];
  },

  Activation({ graph, layer, operands }) {
    return activate(graph, schemas.activationConfig.parse(layer.config).activation, only(operands), 1);
  },

  Add({ graph, operands }) {
    const [first = '', ...rest] = operands;
    return rest.reduce((sum, operand) => graph.add('Add', [sum, operand])[0], first);
  },

  GlobalAveragePooling2D({ graph, layer, operands }) {
    schemas.globalPoolingConfig.parse(layer.config);
    return graph.add('ReduceMean', [only(operands)], { attributes: { axes: [2, 3], keepdims: 0 } })[0];
  },

  Dense({ graph, layer, operands, weight }) {
    const config = schemas.denseConfig.parse(layer.config);
    const kernel = weight('kernel');
    const weights = [kernel, ...(config.use_bias ? [weight('bias')] : [])];
    const names = weights.map(({ dims, values }) => graph.floats(dims, values));
    return activate(graph, config.activation, graph.add('Gemm', [only(operands), ...names])[0], -1);
  },
};

function only(operands: readonly string[]): string {
  const [operand, ...more] = operands;
  if (operand === undefined || more.length > 0) throw new Error(`A layer that takes one input has ${operands.length}.`);
  return operand;
}

/** `same` puts the odd row and column of padding after the picture, as ONNX's `SAME_UPPER`. */
const paddingOf = (padding: 'valid' | 'same') => (padding === 'same' ? { auto_pad: 'SAME_UPPER' } : {});

/** `axis`: where the channels are. */
function activate(graph: OnnxGraph, activation: string, value: string, axis: number): string {
  switch (activation) {
    case 'linear':
      return value;
    case 'relu':
      return graph.add('Relu', [value])[0];
    case 'softmax':
      return graph.add('Softmax', [value], { attributes: { axis } })[0];
    default:
      throw new Error(`The activation ${activation} is not known.`);
  }
}
