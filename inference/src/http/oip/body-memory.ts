/** Memory for bodies, used again and again: what is made anew for each is zeroed and mapped anew for each, too. */
export type BodyMemory<Kind extends Memory> = ReturnType<typeof createBodyMemory<Kind>>;

type Memory = ArrayBuffer | SharedArrayBuffer;

/** Sizes that are remembered though nothing of them is kept. */
const sizesMax = 256;

/** Keeps up to `keptBytesMax` of what was given back. Callers send the same sizes over and over; the oldest go first. */
export function createBodyMemory<Kind extends Memory>(make: (byteLength: number) => Kind, keptBytesMax: number) {
  const free = new Map<number, Kind[]>();
  let keptBytes = 0;
  /** The last in the map. */
  let newest = -1;

  function dropOldest(): void {
    for (const [size, buffers] of free) {
      if (buffers.pop()) {
        keptBytes -= size;
        return;
      }
      free.delete(size);
    }
  }

  function forgetEmpty(): void {
    for (const [size, buffers] of free) if (buffers.length === 0) free.delete(size);
  }

  return {
    /** With whatever it holds: it has to be filled. */
    take(byteLength: number): Kind {
      const buffers = free.get(byteLength);
      const found = buffers?.pop();
      if (!buffers || !found) return make(byteLength);
      keptBytes -= byteLength;
      return found;
    },
    /** Only once nobody reads it any more. */
    give(buffer: Kind): void {
      const { byteLength } = buffer;
      if (byteLength > keptBytesMax) return;
      const known = free.get(byteLength);
      const buffers = known ?? [];
      buffers.push(buffer);
      if (!known || byteLength !== newest) {
        // At the end: the sizes of today stay, those of yesterday go.
        free.delete(byteLength);
        free.set(byteLength, buffers);
        newest = byteLength;
        if (free.size > sizesMax) forgetEmpty();
      }
      keptBytes += byteLength;
      while (keptBytes > keptBytesMax) dropOldest();
    },
    get keptBytes() {
      return keptBytes;
    },
  };
}
