import type { Size } from './letterbox.ts';

/** What a network wrote for one picture, in C order. */
export type OutputTensor = { name: string; dims: readonly number[]; data: Float32Array };

/** Throws when there is no such output: then the config is of another network. */
export function requireOutput(outputs: readonly OutputTensor[], name: string): OutputTensor {
  for (const output of outputs) if (output.name === name) return output;
  const names = outputs.map((output) => output.name).join(', ');
  throw new Error(`The network has no output '${name}'. It has: ${names}.`);
}

/** Throws unless the output has `rowCount` rows, and returns how long they are. */
export function rowLengthOf({ name, dims, data }: OutputTensor, rowCount: number): number {
  const length = data.length / rowCount;
  // The last dimensions, and not just the product: a transposed output has as many numbers.
  const isRows = Number.isInteger(length) && (dims.at(-1) === length || (length === 1 && dims.at(-1) === rowCount));
  if (!isRows) throw new Error(`The output '${name}' of shape [${dims.join(', ')}] does not have ${rowCount} rows.`);
  return length;
}

/** Columns and rows of the cells of a layer. What does not divide evenly was padded by the network. */
export function gridOf({ width, height }: Size, stride: number): { columns: number; rows: number } {
  return { columns: Math.ceil(width / stride), rows: Math.ceil(height / stride) };
}

/** Where the largest of `values[start … end - 1]` is. NaN is no candidate; all of them NaN: `start`. */
export function indexOfBest(values: Float32Array, start: number, end: number): number {
  let at = start;
  let best = -Infinity;
  for (let index = start; index < end; index++) {
    const value = values[index] as number;
    if (value > best) {
      best = value;
      at = index;
    }
  }
  return at;
}
