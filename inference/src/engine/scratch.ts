/** Memory that is used for one run after another: what is made anew each time keeps the garbage collector busy. */
export type Scratch = ReturnType<typeof createScratch>;

/** Kept between runs; what a giant run needed is given back. */
const keepBytesMax = 64 * 1024 * 1024;

export function createScratch() {
  const kept = new Map<string, ArrayBuffer>();
  return {
    /** `byteLength` bytes with whatever they hold, aligned for every element type. Good until the next `take` of `name`. */
    take(name: string, byteLength: number): Uint8Array<ArrayBuffer> {
      const known = kept.get(name);
      if (known && known.byteLength >= byteLength) return new Uint8Array(known, 0, byteLength);
      const made = new ArrayBuffer(byteLength);
      if (byteLength <= keepBytesMax) kept.set(name, made);
      return new Uint8Array(made);
    },
  };
}
