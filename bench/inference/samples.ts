import type { BenchModel } from './models.ts';
import { createRandom } from './random-weights.ts';

/** An input of one sample: bytes, or floats from -1 to 1. The same for the same seed, in every process. */
export function sampleOf({ input }: Pick<BenchModel, 'input'>, seed: number): Uint8Array | Float32Array {
  const next = createRandom(seed);
  const length = input.dims.reduce((product, size) => product * size, 1);
  if (input.type === 'uint8') return Uint8Array.from({ length }, () => next() * 256);
  return Float32Array.from({ length }, () => 2 * next() - 1);
}
