import { asFloats } from '../engine/floats.ts';
import type { Tensor, Tensors } from '../engine/tensors.ts';
import type { Tokenizer } from './tokenizer.ts';

/** What a text encoder takes, each text padded to the longest: `input_ids` and `attention_mask`, [texts, tokens]. */
export function encodeTexts(tokenizer: Tokenizer, texts: readonly string[]): Tensors {
  return stackTokens(
    texts.map((text) => tokenizer.encode(text)),
    tokenizer.padding,
  );
}

/** The same for texts whose tokens are known. */
export function stackTokens(rows: readonly (readonly number[])[], padding: number): Tensors {
  const width = Math.max(0, ...rows.map((row) => row.length));
  const ids = int64s([rows.length, width]);
  const mask = int64s([rows.length, width]);
  ids.values.fill(BigInt(padding));
  rows.forEach((row, index) => {
    for (let at = 0; at < row.length; at++) {
      ids.values[index * width + at] = BigInt(row[at] ?? padding);
      mask.values[index * width + at] = 1n;
    }
  });
  return { input_ids: ids.tensor, attention_mask: mask.tensor };
}

/** In shared memory, as engines want it. */
function int64s(dims: readonly [number, number]): { tensor: Tensor; values: BigInt64Array } {
  const buffer = new SharedArrayBuffer(dims[0] * dims[1] * 8);
  return { tensor: { type: 'int64', dims, data: new Uint8Array(buffer) }, values: new BigInt64Array(buffer) };
}

/**
 * Rows of an output `[rows, size]`, each with memory of its own. Throws when there is no such output, or it has another
 * shape: then the config is of another network.
 */
export function vectorsOf(outputs: Tensors, name: string): Float32Array[] {
  const tensor = outputs[name];
  const names = Object.keys(outputs).join(', ');
  if (!tensor) throw new Error(`The network has no output '${name}'. It has: ${names}.`);
  const [rows, size, ...more] = tensor.dims;
  if (rows === undefined || size === undefined || more.length > 0) {
    throw new Error(`The output '${name}' of shape [${tensor.dims.join(', ')}] has no vectors.`);
  }
  const values = asFloats(tensor);
  return Array.from({ length: rows }, (_, row) => values.slice(row * size, (row + 1) * size));
}
