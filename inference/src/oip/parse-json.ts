import { isUtf8 } from 'node:buffer';
import { SidecarError } from '../errors.ts';
import { holdsForgedNumber, markLongNumbers } from './long-numbers.ts';

export type JsonObject = Record<string, unknown>;

/** JSON numbers lose digits beyond 2^53, which 64-bit elements may have. */
const mayHold64Bits = /INT64"/;
const mayBeUnsafe = /\d{16}/;

/**
 * The JSON object that a message starts with. Where 64-bit elements are meant, long whole numbers in lists come marked
 * (see `longNumberOf`): nothing is rounded on the way. Throws INPUT_INVALID.
 */
export function parseMessage(bytes: Uint8Array): JsonObject {
  if (bytes.byteLength === 0) throw new SidecarError('INPUT_INVALID', 'The body is empty.');
  if (!isUtf8(bytes)) throw new SidecarError('INPUT_INVALID', 'The JSON is not UTF-8.');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  if (holdsForgedNumber(text)) throw new SidecarError('INPUT_INVALID', 'A text begins with U+0000.');
  let parsed: unknown;
  try {
    const isLong = mayHold64Bits.test(text) && mayBeUnsafe.test(text);
    parsed = JSON.parse((isLong && markLongNumbers(bytes)?.toString()) || text);
  } catch {
    throw new SidecarError('INPUT_INVALID', 'This is not a JSON object, or not all of one.');
  }
  if (!isObject(parsed)) throw new SidecarError('INPUT_INVALID', 'This is not a JSON object.');
  return parsed;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
