import type { Tensor, TensorType } from '../engine/tensors.ts';
import { longNumberOf } from './long-numbers.ts';

type Numeric = Exclude<TensorType, 'string'>;
type Range<Whole> = readonly [min: Whole, max: Whole];

/** Lowest and highest whole number of a type. */
const ranges: Record<'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32', Range<number>> = {
  ...{ uint8: [0, 255], int8: [-128, 127], uint16: [0, 65_535], int16: [-32_768, 32_767] },
  ...{ uint32: [0, 4_294_967_295], int32: [-2_147_483_648, 2_147_483_647] },
};
const longRanges: Record<'int64' | 'uint64', Range<bigint>> = {
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

const views = {
  ...{ bool: Uint8Array, uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array },
  ...{ uint32: Uint32Array, int32: Int32Array, uint64: BigUint64Array, int64: BigInt64Array },
  ...{ float16: Float16Array, float32: Float32Array, float64: Float64Array },
} as const;

/** Writes JSON values as elements from `at` on. False where one is not of the type, or out of its range. */
export type FillElements = (values: readonly unknown[], at: number) => boolean;

/** `bytes` has to start where an element may start. */
export function createFillElements(type: Numeric, bytes: Uint8Array): FillElements {
  const { byteOffset, byteLength } = bytes;
  // Shared or not; the type of a union of views only knows the one.
  const buffer = bytes.buffer as ArrayBuffer;
  switch (type) {
    case 'bool':
      return fillBooleans(new Uint8Array(buffer, byteOffset, byteLength));
    case 'int64':
    case 'uint64':
      return fillLong(new views[type](buffer, byteOffset, byteLength / 8), longRanges[type]);
    case 'float16':
      return fillFloats(new Float16Array(buffer, byteOffset, byteLength / 2));
    case 'float32':
      return fillFloats(new Float32Array(buffer, byteOffset, byteLength / 4));
    case 'float64':
      return fillFloats(new Float64Array(buffer, byteOffset, byteLength / 8));
    default: {
      const View = views[type];
      return fillWhole(new View(buffer, byteOffset, byteLength / View.BYTES_PER_ELEMENT), ranges[type]);
    }
  }
}

const fillBooleans =
  (into: Uint8Array): FillElements =>
  (values, at) => {
    for (const value of values) {
      if (typeof value !== 'boolean') return false;
      into[at++] = value ? 1 : 0;
    }
    return true;
  };

const fillWhole =
  (into: { [index: number]: number }, [min, max]: Range<number>): FillElements =>
  (values, at) => {
    for (const value of values) {
      if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) return false;
      into[at++] = value;
    }
    return true;
  };

const fillLong =
  (into: { [index: number]: bigint }, [min, max]: Range<bigint>): FillElements =>
  (values, at) => {
    for (const value of values) {
      // A number that is not safe was rounded, or is no whole number: which one was meant cannot be told.
      const exact = Number.isSafeInteger(value) ? BigInt(value as number) : longNumberOf(value);
      if (exact === null || exact < min || exact > max) return false;
      into[at++] = exact;
    }
    return true;
  };

/** JSON has neither infinity nor what is no number, so a value too large for the type is none either. */
const fillFloats =
  (into: { [index: number]: number }): FillElements =>
  (values, at) => {
    for (const value of values) {
      const number = typeof value === 'number' ? value : longNumberOf(value);
      if (number === null) return false;
      into[at] = Number(number);
      if (!Number.isFinite(into[at++])) return false;
    }
    return true;
  };

/** Elements as a JSON list, 64-bit ones with all their digits. Null where one is no number or infinite. */
export function jsonOf({ type, data }: Tensor): string | null {
  if (type === 'string' || !(data instanceof Uint8Array)) return JSON.stringify(data);
  if (type === 'bool') return `[${Array.from(data, (value) => value !== 0).join()}]`;
  const View = views[type];
  const size = View.BYTES_PER_ELEMENT;
  const { buffer, byteOffset, byteLength } = data.byteOffset % size === 0 ? data : data.slice();
  const text = new View(buffer as ArrayBuffer, byteOffset, byteLength / size).join();
  // `NaN` and `Infinity` are the only ones with a letter of these.
  return text.includes('N') || text.includes('I') ? null : `[${text}]`;
}
