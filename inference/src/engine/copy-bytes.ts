/** What is smaller is copied before the way to the other copy has begun. */
const movedBytesMin = 1_024;

/**
 * `target.set(source, at)`, as fast into and out of shared memory as anywhere else. `set` goes through shared memory byte
 * by byte where the two do not lie alike modulo 8, and so does a Buffer's `copy` of the whole; of a part it moves memory.
 * Throws RangeError for what does not fit.
 */
export function copyBytes(source: Uint8Array, target: Uint8Array, at: number): void {
  const { byteLength } = source;
  // What does not fit is refused by `set`, where `copy` would cut it off without a word.
  if (byteLength < movedBytesMin || at + byteLength > target.byteLength) return target.set(source, at);
  target[at] = source[0] ?? 0;
  Buffer.prototype.copy.call(source as Buffer, target, at + 1, 1, byteLength);
}
