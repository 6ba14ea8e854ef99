import type { RawFrame } from '../vision/decode-picture.ts';

/** `P6`, width, height, 255, each followed by one white space, then the pixels. */
const header = /^P6\s(\d{1,5})\s(\d{1,5})\s255\s/;
const headerBytesMax = 32;

/**
 * Cuts a stream of PPM pictures, one after the other, into frames. It is the one format of ffmpeg's that says its own
 * size, costs nothing to read and loses nothing. Throws when the stream is something else or ends inside a frame.
 */
export async function* readPpmFrames(stream: AsyncIterable<Uint8Array>): AsyncGenerator<RawFrame> {
  let rest: Uint8Array = new Uint8Array();
  let frame: RawFrame | null = null;
  let filledBytes = 0;

  for await (const piece of stream) {
    rest = rest.byteLength === 0 ? piece : Buffer.concat([rest, piece]);
    while (rest.byteLength > 0) {
      if (frame === null) {
        const text = Buffer.from(rest.subarray(0, headerBytesMax)).toString('latin1');
        const found = header.exec(text);
        if (!found) {
          if (rest.byteLength >= headerBytesMax) throw new Error('This is no stream of PPM pictures.');
          break;
        }
        const [width, height] = [Number(found[1]), Number(found[2])];
        frame = { width, height, data: Buffer.allocUnsafeSlow(width * height * 3) };
        filledBytes = 0;
        rest = rest.subarray(found[0].length);
      }
      const taken = rest.subarray(0, frame.data.byteLength - filledBytes);
      frame.data.set(taken, filledBytes);
      filledBytes += taken.byteLength;
      rest = rest.subarray(taken.byteLength);
      if (filledBytes < frame.data.byteLength) break;
      yield frame;
      frame = null;
    }
  }
  if (frame !== null || rest.byteLength > 0) throw new Error('The stream ends inside a picture.');
}
