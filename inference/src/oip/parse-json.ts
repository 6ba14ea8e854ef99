import { isUtf8 } from 'node:buffer';
import { SidecarError } from '../errors.ts';

export type JsonObject = Record<string, unknown>;

/** JSON numbers lose digits beyond 2^53, which 64-bit elements may have. */
const mayHold64Bits = /INT64"/;
const mayBeUnsafe = /\d{16}/;
const wholeNumber = /^-?\d{1,20}$/;

/**
 * The JSON object that a message starts with. Whole numbers beyond 2^53 become bigints where 64-bit elements are meant:
 * nothing is rounded on the way. Throws INPUT_INVALID.
 */
export function parseMessage(bytes: Uint8Array): JsonObject {
  if (bytes.byteLength === 0) throw new SidecarError('INPUT_INVALID', 'The body is empty.');
  if (!isUtf8(bytes)) throw new SidecarError('INPUT_INVALID', 'The JSON is not UTF-8.');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  let parsed: unknown;
  try {
    parsed = mayHold64Bits.test(text) && mayBeUnsafe.test(text) ? JSON.parse(text, exactly) : JSON.parse(text);
  } catch {
    throw new SidecarError('INPUT_INVALID', 'This is not a JSON object, or not all of one.');
  }
  if (!isObject(parsed)) throw new SidecarError('INPUT_INVALID', 'This is not a JSON object.');
  return parsed;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A reviver; the third argument, which says how the number was written, is newer than the type of `JSON.parse`. */
function exactly(_key: string, value: unknown, { source }: { source?: string } = {}): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined) return value;
  return wholeNumber.test(source) ? BigInt(source) : value;
}
