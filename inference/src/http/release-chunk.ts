/** Smaller pieces are not worth it: they share their memory with others. */
const releasedBytesMin = 4_096;

/**
 * Gives the memory of a piece that came off a socket back at once, when what it held has been copied or is not wanted.
 * Left to the garbage collector, it counts as a reason to collect everything: with bodies of a megabyte that took a
 * quarter of all processor time.
 */
export function releaseChunk({ buffer, byteLength }: Uint8Array): void {
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  if (isWhole && byteLength >= releasedBytesMin) buffer.transfer(0);
}
