/**
 * Recycles the buffers in which pictures travel to an engine. Half a megabyte a picture, made anew each time, would be
 * most of what the garbage collector does.
 */
export type PixelBuffers = ReturnType<typeof createPixelBuffers>;

export function createPixelBuffers({ byteLength, keepMax }: { byteLength: number; keepMax: number }) {
  const free: ArrayBuffer[] = [];
  return {
    byteLength,
    take: (): ArrayBuffer => free.pop() ?? new ArrayBuffer(byteLength),
    /** Takes a buffer back; one that went elsewhere by transfer (now empty) is dropped. */
    give(buffer: ArrayBuffer): void {
      if (buffer.byteLength === byteLength && free.length < keepMax) free.push(buffer);
    },
  };
}
