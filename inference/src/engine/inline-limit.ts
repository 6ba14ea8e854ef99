import { madeInputs } from './measure-network.ts';
import type { Tensor, Tensors, TensorSpec } from './tensors.ts';

/** Smaller requests are no burden to any thread. */
const bytesMin = 16 * 1024;

/**
 * Tells requests that may run on the thread of HTTP from those that would hold it for long: more input than the network
 * was measured with, as often as requests may share a run.
 */
export function createInlineLimit(inputs: readonly TensorSpec[], batchSizeMax: number): (given: Tensors) => boolean {
  const bytesMax = Math.max(bytesMin, bytesOf(madeInputs(inputs, () => 0)) * batchSizeMax);
  return (given) => bytesOf(given) <= bytesMax;
}

function bytesOf(tensors: Tensors): number {
  let bytes = 0;
  for (const name in tensors) {
    const { data } = tensors[name] as Tensor;
    if (data instanceof Uint8Array) bytes += data.byteLength;
    else for (const text of data) bytes += text.length;
  }
  return bytes;
}
