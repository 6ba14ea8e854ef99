/** Layers models as Keras and TensorFlow.js write them, in a few lines. */

export type Weights = Record<string, { shape: number[]; values: number[] }>;

type Node = { name: string; class_name: string; config: Record<string, unknown>; from: string[] };

const window = { padding: 'valid', data_format: 'channels_last' };
/** What every layer may be, by class name. */
const defaults: Record<string, Record<string, unknown>> = {
  InputLayer: { batch_input_shape: [null, 8, 8, 3] },
  Conv2D: { ...window, strides: [1, 1], dilation_rate: [1, 1], activation: 'linear', use_bias: true },
  BatchNormalization: { axis: [3], epsilon: 0.001, center: true, scale: true },
  ZeroPadding2D: { data_format: 'channels_last' },
  MaxPooling2D: window,
  GlobalAveragePooling2D: { data_format: 'channels_last' },
  Dense: { activation: 'softmax', use_bias: true },
};

export const layer = (name: string, kind: string, from: string[], config: Record<string, unknown> = {}): Node => ({
  name,
  class_name: kind,
  config: { ...defaults[kind], name, ...config },
  from,
});

/** Between `input` and the last of `nodes`; the weights in shards that end where they like, as real ones do. */
export function layersModel(nodes: readonly Node[], weights: Weights) {
  const all = [layer('input', 'InputLayer', []), ...nodes];
  const bytes = Buffer.concat(
    Object.values(weights).map(({ values }) => Buffer.from(Float32Array.from(values).buffer)),
  );
  const cut = (bytes.length >> 1) + 1;
  const shards: Record<string, Uint8Array> = { 'one.bin': bytes.subarray(0, cut), 'two.bin': bytes.subarray(cut) };
  return {
    model: {
      format: 'layers-model',
      modelTopology: {
        model_config: {
          class_name: 'Model',
          config: {
            layers: all.map(({ from, ...rest }) => ({
              ...rest,
              inbound_nodes: from.length === 0 ? [] : [from.map((source) => [source, 0, 0, {}])],
            })),
            input_layers: [['input', 0, 0]],
            output_layers: [[all.at(-1)?.name, 0, 0]],
          },
        },
      },
      weightsManifest: [
        {
          paths: Object.keys(shards),
          weights: Object.entries(weights).map(([name, { shape }]) => ({ name, shape, dtype: 'float32' })),
        },
      ],
    },
    shard(path: string): Uint8Array {
      const found = shards[path];
      if (!found) throw new Error(`There is no ${path}.`);
      return found;
    },
  };
}
