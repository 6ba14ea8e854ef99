/** One message on the pipe to a sidecar: what it is about, and bytes. */
export type Frame = { header: Record<string, unknown>; body: Uint8Array<ArrayBuffer> };

/** The longest header that a sidecar takes. */
export const headerBytesMax = 64 * 1024;
/** Two lengths, each as an unsigned number of 32 bits with its most significant byte first. */
const prefixBytes = 8;

/** The pieces of a frame, to be written one after the other. */
export function encodeFrame(header: Uint8Array, body: Uint8Array): Uint8Array[] {
  const prefix = Buffer.allocUnsafe(prefixBytes);
  prefix.writeUInt32BE(header.length, 0);
  prefix.writeUInt32BE(body.length, 4);
  return body.length > 0 ? [prefix, header, body] : [prefix, header];
}

/** Frames out of what a sidecar writes, however it was cut. Throws where that are none. */
export async function* readFrames(input: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let pieces: Uint8Array[] = [];
  let heldBytes = 0;
  let neededBytes = prefixBytes;
  for await (const piece of input) {
    pieces.push(piece);
    heldBytes += piece.length;
    while (heldBytes >= neededBytes) {
      const whole = Buffer.concat(pieces, heldBytes);
      pieces = [whole];
      const headerBytes = whole.readUInt32BE(0);
      if (headerBytes > headerBytesMax) throw new TypeError('What the sidecar writes are no frames.');
      const bodyStart = prefixBytes + headerBytes;
      neededBytes = bodyStart + whole.readUInt32BE(4);
      if (heldBytes < neededBytes) break;
      const header = JSON.parse(whole.toString('utf8', prefixBytes, bodyStart)) as Record<string, unknown>;
      // Its own memory: the rest may be a long one.
      const frame = { header, body: new Uint8Array(whole.subarray(bodyStart, neededBytes)) };
      const rest = whole.subarray(neededBytes);
      pieces = rest.length > 0 ? [rest] : [];
      heldBytes = rest.length;
      neededBytes = prefixBytes;
      yield frame;
    }
  }
}
