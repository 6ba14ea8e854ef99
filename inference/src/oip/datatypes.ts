import type { TensorType } from '../engine/tensors.ts';

/** The protocol's names for element types. */
const datatypes = {
  ...{ bool: 'BOOL', uint8: 'UINT8', uint16: 'UINT16', uint32: 'UINT32', uint64: 'UINT64' },
  ...{ int8: 'INT8', int16: 'INT16', int32: 'INT32', int64: 'INT64' },
  ...{ float16: 'FP16', float32: 'FP32', float64: 'FP64', string: 'BYTES' },
} as const satisfies Record<TensorType, string>;

const types = new Map<unknown, TensorType>(
  (Object.keys(datatypes) as TensorType[]).map((type) => [datatypes[type], type]),
);

export const datatypeOf = (type: TensorType): string => datatypes[type];

/** Undefined for what no network here has, such as BF16. */
export const typeOfDatatype = (datatype: unknown): TensorType | undefined => types.get(datatype);
