import type { OnnxGraph } from '@sightline/inference/models/onnx/graph';

/**
 * Weights for networks whose speed matters and whose answers do not: the same ones every time, and scaled by the number
 * of inputs (He et al. 2015) so that values neither grow nor die out on their way. Denormal numbers are slow to
 * compute with.
 */
export function createRandomWeights(graph: OnnxGraph, seed: number) {
  const next = createRandom(seed);
  return (dims: readonly number[], inputCount: number): string => {
    const bound = Math.sqrt(6 / inputCount);
    const count = dims.reduce((product, size) => product * size, 1);
    return graph.floats(
      dims,
      Float32Array.from({ length: count }, () => (2 * next() - 1) * bound),
    );
  };
}

/** Mulberry32 (Tommy Ettinger, public domain): numbers from 0 to 1, the same for the same seed. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
