/** Element types, by the names of ONNX Runtime. */
export const tensorTypes = [
  ...(['bool', 'uint8', 'uint16', 'uint32', 'uint64', 'int8', 'int16', 'int32', 'int64'] as const),
  ...(['float16', 'float32', 'float64', 'string'] as const),
] as const;
export type TensorType = (typeof tensorTypes)[number];

/** What a network takes or gives. */
export type TensorSpec = {
  name: string;
  type: TensorType;
  /** Null where any size goes. */
  dims: readonly (number | null)[];
};

/**
 * Elements in C order, little-endian, a byte for a bool; texts for `string`. What goes to an engine lies in shared
 * memory, so that a crashed engine does not take it along; `data` may be part of a larger buffer, at any offset.
 */
export type Tensor = {
  type: TensorType;
  dims: readonly number[];
  data: Uint8Array | readonly string[];
};

/** By name of input or output. */
export type Tensors = Record<string, Tensor>;

const byteSizes: Record<Exclude<TensorType, 'string'>, number> = {
  ...{ bool: 1, uint8: 1, int8: 1, uint16: 2, int16: 2, float16: 2 },
  ...{ uint32: 4, int32: 4, float32: 4, uint64: 8, int64: 8, float64: 8 },
};

/** Bytes of one element. Texts have no size. */
export const byteSizeOf = (type: Exclude<TensorType, 'string'>): number => byteSizes[type];

export const elementCountOf = (dims: readonly number[]): number => dims.reduce((product, size) => product * size, 1);
