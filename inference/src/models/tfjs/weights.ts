import type { WeightSpec } from './graph-model.ts';

export type Constant = { dims: readonly number[]; values: Float32Array | Int32Array };

/** Cuts a weights file into its tensors. Throws when the file is not exactly as long as they are. */
export function readWeights(specs: readonly WeightSpec[], bytes: Uint8Array): Map<string, Constant> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const constants = new Map<string, Constant>();
  let offset = 0;
  for (const { name, shape, dtype, quantization } of specs) {
    const count = shape.reduce((product, size) => product * size, 1);
    const itemBytes = quantization ? 2 : 4;
    if (offset + count * itemBytes > bytes.byteLength) throw new Error(`The weights end before ${name}.`);
    const values = dtype === 'int32' ? new Int32Array(count) : new Float32Array(count);
    for (let index = 0; index < count; index++) {
      const at = offset + index * itemBytes;
      if (quantization) values[index] = halfToNumber(view.getUint16(at, true));
      else values[index] = dtype === 'int32' ? view.getInt32(at, true) : view.getFloat32(at, true);
    }
    constants.set(name, { dims: shape, values });
    offset += count * itemBytes;
  }
  if (offset !== bytes.byteLength) throw new Error(`The weights have ${bytes.byteLength - offset} bytes too many.`);
  return constants;
}

/** IEEE 754 half precision: 1 bit sign, 5 bits exponent, 10 bits fraction. */
export function halfToNumber(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Reorders dimensions, and the values with them. */
export function permute({ dims, values }: Constant, order: readonly number[]): Constant {
  const outDims = order.map((axis) => dims[axis] ?? 1);
  const strides = dims.map((_, axis) => dims.slice(axis + 1).reduce((product, size) => product * size, 1));
  const outStrides = order.map((axis) => strides[axis] ?? 1);
  const out = values.slice();
  const position = outDims.map(() => 0);
  for (let index = 0; index < out.length; index++) {
    let from = 0;
    for (let axis = 0; axis < position.length; axis++) from += (position[axis] ?? 0) * (outStrides[axis] ?? 0);
    out[index] = values[from] ?? 0;
    // Counts up like an odometer: the last dimension turns fastest.
    for (let axis = position.length - 1; axis >= 0; axis--) {
      const next = (position[axis] ?? 0) + 1;
      position[axis] = next < (outDims[axis] ?? 1) ? next : 0;
      if (next < (outDims[axis] ?? 1)) break;
    }
  }
  return { dims: outDims, values: out };
}
