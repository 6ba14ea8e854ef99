import type { Constant } from '../tfjs/weights.ts';
import { batchNormalizationConfig } from './layers-model.ts';
import type { LayerContext } from './layers.ts';

type Convolution = { /** [out, in, height, width] */ filter: Constant; bias: Constant | null };

/**
 * Makes a batch normalization part of the convolution before it. At run time it only scales and shifts each channel, by
 * what was measured in training: γ / √(variance + ε) · (x − mean) + β (https://arxiv.org/abs/1502.03167).
 */
export function foldNormalization(
  { filter, bias }: Convolution,
  { layer, weight }: NonNullable<LayerContext['normalization']>,
): { filter: Constant; bias: Constant } {
  const { epsilon, center, scale } = batchNormalizationConfig.parse(layer.config);
  const [count = 0] = filter.dims;
  const length = filter.values.length / count;
  const given = { gamma: scale ? weight('gamma') : null, beta: center ? weight('beta') : null };
  const [mean, variance] = [weight('moving_mean'), weight('moving_variance')];
  const values = Float32Array.from(filter.values);
  const shifts = new Float32Array(count);
  for (let channel = 0; channel < count; channel++) {
    const at = ({ values: all }: Constant) => all[channel] ?? 0;
    const factor = (given.gamma ? at(given.gamma) : 1) / Math.sqrt(at(variance) + epsilon);
    for (let index = channel * length; index < (channel + 1) * length; index++)
      values[index] = (values[index] ?? 0) * factor;
    shifts[channel] = ((bias ? at(bias) : 0) - at(mean)) * factor + (given.beta ? at(given.beta) : 0);
  }
  return { filter: { dims: filter.dims, values }, bias: { dims: [count], values: shifts } };
}
