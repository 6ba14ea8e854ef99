import { isUtf8 } from 'node:buffer';

/** Four bytes of length before each element. */
const prefixBytes = 4;

/** Null unless `bytes` are exactly `count` elements, each a length and then that many bytes. */
export function splitTexts({ buffer, byteOffset, byteLength }: Uint8Array, count: number): Uint8Array[] | null {
  // Before anything is made: the count is the caller's word.
  if (count * prefixBytes > byteLength) return null;
  const view = new DataView(buffer, byteOffset, byteLength);
  const parts: Uint8Array[] = [];
  let at = 0;
  while (parts.length < count) {
    if (at + prefixBytes > byteLength) return null;
    const length = view.getUint32(at, true);
    at += prefixBytes;
    if (at + length > byteLength) return null;
    parts.push(new Uint8Array(buffer, byteOffset + at, length));
    at += length;
  }
  return at === byteLength ? parts : null;
}

/** Null where the bytes are no text that the runtime can take: it wants UTF-8 and stops at U+0000. */
export function textOf(bytes: Uint8Array): string | null {
  if (!isUtf8(bytes) || bytes.includes(0)) return null;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

/** Whether a text of JSON can be handed to the runtime: half of a surrogate pair has no UTF-8. */
export const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.isWellFormed() && !value.includes('\0');

export const textsByteLength = (texts: readonly string[]): number =>
  texts.reduce((sum, text) => sum + prefixBytes + Buffer.byteLength(text), 0);

/** Writes texts as elements from `at` on. */
export function writeTexts(texts: readonly string[], into: Buffer, at: number): void {
  for (const text of texts) {
    const length = into.write(text, at + prefixBytes);
    into.writeUInt32LE(length, at);
    at += prefixBytes + length;
  }
}
