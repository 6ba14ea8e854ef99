import { performance } from 'node:perf_hooks';
import sharp from 'sharp';
import type { Sharp, SharpOptions } from 'sharp';
import { SidecarError } from '../errors.ts';
import type { QueuePolicy, RunOptions } from '../engine/engine.ts';
import type { PictureInput } from '../models/model-config.ts';
import { placeInto } from './letterbox.ts';
import type { Placement } from './letterbox.ts';
import type { PixelBuffers } from './pixel-buffers.ts';
import type { Semaphore } from './semaphore.ts';
import { pictureTypes, sniffPicture } from './sniff.ts';

/** A picture scaled into a model's input: RGB bytes, row by row, with the padding around it. */
export type PreparedPicture = {
  pixels: SharedArrayBuffer;
  placement: Placement;
  waitMs: number;
  decodeMs: number;
  /** Lets the next one be prepared. */
  leave(): void;
};

/** A frame that is no file any more. */
export type RawFrame = { width: number; height: number; /** RGB, row by row */ data: Uint8Array };

/** Whose picture it is, and when it is no longer wanted. */
type DecodeOptions = Pick<RunOptions, 'tenant' | 'weight' | 'priority' | 'signal' | 'timeoutMs' | 'policy'>;

export type DecodePicture = ReturnType<typeof createDecodePicture>;

type Deps = {
  input: PictureInput;
  buffers: PixelBuffers;
  /**
   * Bounds how many are prepared for this model and not answered yet: more than its engines need next would take the
   * processor from them, and memory for pixels.
   */
  enterModel: Semaphore;
  /** What happens at a full queue of this model. */
  policy: QueuePolicy;
  /** Bounds the memory of decoding: a large picture may need many times its file size for a moment. */
  enterDecoder: Semaphore;
  imagePixelsMax: number;
};

/** Beyond these a picture was made to keep us busy. Of an animation only the first frame is looked at. */
const decodeSecondsMax = 20;
const framesMax = 500;

/**
 * Prepares pictures for a model. Throws IMAGE_MISSING, IMAGE_TYPE_REFUSED, IMAGE_TOO_LARGE or IMAGE_UNREADABLE, and the
 * reason of an abort.
 */
export function createDecodePicture(deps: Deps) {
  const { input, buffers, enterModel, enterDecoder, imagePixelsMax } = deps;

  async function prepare(open: () => Sharp, options: DecodeOptions): Promise<PreparedPicture> {
    const arrivedAt = performance.now();
    const { signal, timeoutMs, policy = deps.policy } = options;
    // Of live pictures the oldest gives way at the end of the line, so that is where they have to be.
    const leave = policy === 'drop-oldest' ? () => undefined : await enterModel(options, { signal, timeoutMs });
    try {
      return await decode(open, options, arrivedAt, leave);
    } catch (error) {
      leave();
      throw error;
    }
  }

  async function decode(
    open: () => Sharp,
    { signal, ...lane }: DecodeOptions,
    arrivedAt: number,
    leave: () => void,
  ): Promise<PreparedPicture> {
    const leaveDecoder = await enterDecoder(lane, { signal });
    const startedAt = performance.now();
    try {
      const { autoOrient: picture, pages = 1 } = await open().metadata();
      if (pages > framesMax) {
        throw new SidecarError('IMAGE_TOO_LARGE', `The picture has more than ${framesMax} frames.`);
      }
      const placement = placeInto(picture, input);
      // Cropping after scaling lets JPEG be decoded at a fraction of its size: half the time of cropping before.
      const fit = input.letterbox.align === 'crop' ? 'cover' : 'fill';
      const { data, info } = await open()
        .autoOrient()
        .resize(placement.scaled.width, placement.scaled.height, { fit, kernel: 'linear' })
        .flatten({ background: '#ffffff' })
        .toColourspace('srgb')
        .timeout({ seconds: decodeSecondsMax })
        .raw({ depth: 'uchar' })
        // Not toUint8Array(): of sharp 0.35.5 the process keeps as much memory as each picture takes, for good.
        .toBuffer({ resolveWithObject: true });
      if (info.channels !== 3) throw new Error(`Expected 3 channels, got ${info.channels}.`);
      signal?.throwIfAborted();
      const pixels = letterbox(data, placement);
      release(data);
      return { pixels, placement, waitMs: startedAt - arrivedAt, decodeMs: performance.now() - startedAt, leave };
    } catch (error) {
      signal?.throwIfAborted();
      throw refusalOf(error, imagePixelsMax);
    } finally {
      leaveDecoder();
    }
  }

  /** Copies the rows into a buffer that can travel; sharp's own cannot, and the padding comes for free this way. */
  function letterbox(rows: Uint8Array, { scaled, left, top }: Placement): SharedArrayBuffer {
    const buffer = buffers.take();
    const pixels = new Uint8Array(buffer);
    const rowBytes = scaled.width * 3;
    const { pad } = input.letterbox;
    if (scaled.width === input.width) {
      const start = top * rowBytes;
      pixels.set(rows, start);
      pixels.fill(pad, 0, start).fill(pad, start + scaled.height * rowBytes);
    } else {
      pixels.fill(pad);
      for (let row = 0; row < scaled.height; row++) {
        const target = ((top + row) * input.width + left) * 3;
        pixels.set(rows.subarray(row * rowBytes, (row + 1) * rowBytes), target);
      }
    }
    return buffer;
  }

  return {
    /** Takes the memory of a picture back. */
    recycle({ pixels, leave }: PreparedPicture): void {
      buffers.give(pixels);
      leave();
    },
    /** A picture file in memory, of a type found in its bytes. */
    file(bytes: Uint8Array, options: DecodeOptions): Promise<PreparedPicture> {
      requirePicture(bytes);
      return prepare(() => sharp(bytes, pictureOptions(imagePixelsMax)), options);
    },
    raw({ width, height, data }: RawFrame, options: DecodeOptions): Promise<PreparedPicture> {
      return prepare(() => sharp(data, { raw: { width, height, channels: 3 } }), options);
    },
  };
}

/**
 * Gives memory back at once. Left to the garbage collector, a third of a megabyte a picture makes it stop the thread
 * that serves HTTP twice as often.
 */
function release({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** How every picture from outside is opened. */
export function pictureOptions(imagePixelsMax: number): SharpOptions {
  // 'error' refuses truncated files and lets pass what every browser shows; 'warning' would refuse odd metadata.
  return { limitInputPixels: imagePixelsMax, sequentialRead: true, failOn: 'error' };
}

/** Throws IMAGE_MISSING or IMAGE_TYPE_REFUSED. */
export function requirePicture(bytes: Uint8Array): void {
  if (bytes.byteLength === 0) throw new SidecarError('IMAGE_MISSING', 'The picture is empty.');
  if (sniffPicture(bytes) === null) {
    const accepted = pictureTypes.map((type) => type.slice('image/'.length).toUpperCase()).join(', ');
    throw new SidecarError('IMAGE_TYPE_REFUSED', `This is not a picture we read. Send one of: ${accepted}.`);
  }
}

/** Says in a word what is wrong with a picture; the decoder's own words only go to the log. */
export function refusalOf(error: unknown, imagePixelsMax: number): unknown {
  if (error instanceof SidecarError || !(error instanceof Error)) return error;
  const internal = { reason: error.message };
  if (/pixel limit|dimensions? .*(exceed|too large)/i.test(error.message)) {
    const megapixels = Math.floor(imagePixelsMax / 1_000_000);
    return new SidecarError('IMAGE_TOO_LARGE', `The picture has more than ${megapixels} megapixels.`, { internal });
  }
  return new SidecarError('IMAGE_UNREADABLE', 'The picture is damaged or incomplete.', { internal });
}
