/** One message on a pipe: what it is about, and bytes. */
export type Frame = { header: Record<string, unknown>; body: Buffer };

/** What came cannot be taken for frames, and nobody can tell where the next one would begin. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Room for many headers of HTTP, as JSON. */
export const headerBytesMax = 64 * 1024;
/** Two lengths, each as an unsigned number of 32 bits with its most significant byte first. */
const prefixBytes = 8;

/** The pieces of a frame, to be written one after the other. */
export function encodeFrame(header: object, body: Uint8Array): Uint8Array[] {
  const text = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.allocUnsafe(prefixBytes);
  prefix.writeUInt32BE(text.length, 0);
  prefix.writeUInt32BE(body.length, 4);
  return body.length > 0 ? [prefix, text, body] : [prefix, text];
}

/**
 * Frames out of a stream of bytes, however it was cut. Nothing is read ahead of a frame that nobody took yet. Throws
 * FrameError at a length that no frame of ours has, at a header that is no JSON object, and where a frame breaks off.
 */
export async function* readFrames(input: AsyncIterable<Uint8Array>, bodyBytesMax: number): AsyncGenerator<Frame> {
  let pieces: Uint8Array[] = [];
  let heldBytes = 0;
  let neededBytes = prefixBytes;
  for await (const piece of input) {
    pieces.push(piece);
    heldBytes += piece.length;
    while (heldBytes >= neededBytes) {
      // Put together once a frame is there, and not with every piece of it.
      const whole =
        pieces.length === 1 ? Buffer.from(pieces[0]!.buffer, pieces[0]!.byteOffset, heldBytes) : Buffer.concat(pieces);
      pieces = [whole];
      const { headerBytes, bodyBytes } = readLengths(whole, bodyBytesMax);
      neededBytes = prefixBytes + headerBytes + bodyBytes;
      if (heldBytes < neededBytes) break;
      const body = whole.subarray(prefixBytes + headerBytes, neededBytes);
      const frame = { header: readHeader(whole.subarray(prefixBytes, prefixBytes + headerBytes)), body };
      const rest = whole.subarray(neededBytes);
      pieces = rest.length > 0 ? [rest] : [];
      heldBytes = rest.length;
      neededBytes = prefixBytes;
      yield frame;
    }
  }
  if (heldBytes > 0) throw new FrameError('The last frame broke off.');
}

function readLengths(whole: Buffer, bodyBytesMax: number) {
  const headerBytes = whole.readUInt32BE(0);
  const bodyBytes = whole.readUInt32BE(4);
  if (headerBytes < 2 || headerBytes > headerBytesMax)
    throw new FrameError(`A header has 2 to ${headerBytesMax} bytes, not ${headerBytes}.`);
  if (bodyBytes > bodyBytesMax) throw new FrameError(`A body has at most ${bodyBytesMax} bytes, not ${bodyBytes}.`);
  return { headerBytes, bodyBytes };
}

function readHeader(bytes: Buffer): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(bytes.toString('utf8'));
  } catch {
    header = null;
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw new FrameError('A header is a JSON object.');
  return header as Record<string, unknown>;
}
