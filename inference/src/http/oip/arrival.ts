import { copyBytes } from '../../engine/copy-bytes.ts';
import { releaseChunk } from '../release-chunk.ts';

/** A body on its way into memory that was taken for all of it. */
export type Arrival = {
  /** Copies what belongs to the body and gives back what does not; where all of it does, `piece` is gone afterwards. */
  take(piece: Buffer): Buffer | null;
  /** There will be no more. */
  fail(error: Error): void;
  /** Resolves once all of it is there. */
  readonly whole: Promise<Uint8Array>;
};

/** `onTaken` is told how many bytes of each piece were taken. */
export function createArrival(memory: Uint8Array, onTaken: (byteLength: number) => void): Arrival {
  const { promise: whole, resolve, reject } = Promise.withResolvers<Uint8Array>();
  let at = 0;
  return {
    whole,
    take(piece) {
      const taken = Math.min(piece.byteLength, memory.byteLength - at);
      const rest = taken < piece.byteLength ? piece.subarray(taken) : null;
      copyBytes(rest ? piece.subarray(0, taken) : piece, memory, at);
      if (!rest) releaseChunk(piece);
      at += taken;
      onTaken(taken);
      if (at === memory.byteLength) resolve(memory);
      return rest;
    },
    fail: reject,
  };
}
