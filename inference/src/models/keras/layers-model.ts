import { z } from 'zod';

/* The parts of a Keras model as TensorFlow.js writes it (`model.json` of a layers model) that a conversion reads. */

const pair = z.tuple([z.int(), z.int()]);

/** What the layers have in common; each reads what is its own from the rest. */
const layerSchema = z.object({
  name: z.string(),
  class_name: z.string(),
  config: z.record(z.string(), z.unknown()),
  /** Who feeds it: name, call and output of a layer, once for each time that the layer is used. */
  inbound_nodes: z.array(z.array(z.tuple([z.string(), z.int(), z.int()]).rest(z.unknown()))),
});
export type Layer = z.output<typeof layerSchema>;

const end = z.tuple([z.string(), z.int(), z.int()]);

export const layersModelSchema = z.object({
  format: z.literal('layers-model'),
  modelTopology: z.object({
    model_config: z.object({
      class_name: z.enum(['Model', 'Functional']),
      config: z.object({ layers: z.array(layerSchema), input_layers: z.tuple([end]), output_layers: z.tuple([end]) }),
    }),
  }),
  weightsManifest: z.array(
    z.object({
      paths: z.array(z.string()),
      weights: z.array(z.object({ name: z.string(), shape: z.array(z.int().min(0)), dtype: z.literal('float32') })),
    }),
  ),
});

const lastChannels = z.literal('channels_last').default('channels_last');

export const inputConfig = z.object({
  batch_input_shape: z.tuple([z.null(), z.int().min(1), z.int().min(1), z.literal(3)]),
});

/** Of convolutions: a window, and what is done to its sums. */
export const convolutionConfig = z.object({
  kernel_size: pair,
  strides: pair,
  dilation_rate: pair.default([1, 1]),
  groups: z.literal(1).default(1),
  padding: z.enum(['valid', 'same']),
  use_bias: z.boolean(),
  activation: z.string(),
  data_format: lastChannels,
});

export const batchNormalizationConfig = z.object({
  axis: z
    .union([
      z.int(),
      z
        .array(z.int())
        .length(1)
        .transform(([axis]) => axis),
    ])
    .pipe(z.union([z.literal(3), z.literal(-1)])),
  epsilon: z.number().positive(),
  center: z.boolean(),
  scale: z.boolean(),
});

export const zeroPaddingConfig = z.object({ padding: z.tuple([pair, pair]), data_format: lastChannels });

export const poolingConfig = z.object({
  pool_size: pair,
  strides: pair,
  padding: z.enum(['valid', 'same']),
  data_format: lastChannels,
});

export const globalPoolingConfig = z.object({ data_format: lastChannels, keepdims: z.literal(false).default(false) });
export const activationConfig = z.object({ activation: z.string() });
export const denseConfig = z.object({ use_bias: z.boolean(), activation: z.string() });
