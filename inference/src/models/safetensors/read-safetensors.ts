import { z } from 'zod';

/** A tensor as it lies in the file: C order, little-endian. */
export type StoredTensor = { type: 'float16' | 'float32'; dims: readonly number[]; bytes: Uint8Array };

const headerSchema = z.record(
  z.string(),
  z.object({
    dtype: z.string(),
    shape: z.array(z.int().min(0)),
    data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
  }),
);

const types = { F16: { type: 'float16', itemBytes: 2 }, F32: { type: 'float32', itemBytes: 4 } } as const;
const isKnown = (dtype: string): dtype is keyof typeof types => Object.hasOwn(types, dtype);

/** The format's own limit. */
const headerBytesMax = 100_000_000;

/**
 * The floating-point tensors of a safetensors file, by name; others are left out. Layout: 8 bytes length of the header,
 * the header as JSON, the tensors one after the other (https://github.com/huggingface/safetensors). The tensors are views,
 * not copies. Throws for a file whose tensors are not where it says.
 */
export function readSafetensors(file: Uint8Array): Map<string, StoredTensor> {
  if (file.byteLength < 8) throw new Error('The weights end before their header.');
  const headerBytes = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  if (headerBytes > Math.min(headerBytesMax, file.byteLength - 8)) {
    throw new Error('The weights end before their header does.');
  }
  const text = new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + headerBytes));
  // Words about the file, not a tensor.
  const { __metadata__: _, ...tensors } = JSON.parse(text) as Record<string, unknown>;
  const header = headerSchema.parse(tensors);
  const data = file.subarray(8 + headerBytes);

  const found = new Map<string, StoredTensor>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(header)) {
    if (!isKnown(dtype)) continue;
    const [start, end] = offsets;
    const { type, itemBytes } = types[dtype];
    const byteLength = shape.reduce((product, size) => product * size, itemBytes);
    if (end > data.byteLength || end - start !== byteLength) {
      throw new Error(`The tensor ${name} is not where the header says: ${start} to ${end} of ${data.byteLength}.`);
    }
    found.set(name, { type, dims: shape, bytes: data.subarray(start, end) });
  }
  return found;
}
