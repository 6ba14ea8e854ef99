/**
 * Recycles the memory in which pictures travel to an engine, which reads it where it is. Half a megabyte a picture, made
 * anew each time, would be most of what the garbage collector does.
 */
export type PixelBuffers = ReturnType<typeof createPixelBuffers>;

export function createPixelBuffers({ byteLength, keepMax }: { byteLength: number; keepMax: number }) {
  const free: SharedArrayBuffer[] = [];
  return {
    byteLength,
    take: (): SharedArrayBuffer => free.pop() ?? new SharedArrayBuffer(byteLength),
    give(buffer: SharedArrayBuffer): void {
      if (free.length < keepMax) free.push(buffer);
    },
  };
}
