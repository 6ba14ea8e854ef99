import { performance } from 'node:perf_hooks';
import sharp from 'sharp';
import type { RunOptions } from '../engine/engine.ts';
import { SidecarError } from '../errors.ts';
import { pictureOptions, refusalOf } from '../vision/decode-picture.ts';
import type { Size } from '../vision/letterbox.ts';
import type { Semaphore } from '../vision/semaphore.ts';

/** Pixels to be changed where they are: RGB, row by row. */
export type Canvas = Size & { data: Uint8Array };

export const writtenTypes = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type WrittenType = (typeof writtenTypes)[number];

export type Render = ReturnType<typeof createRender>;

type Deps = {
  /** Bounds the memory of pictures that are drawn on: each is there in full. */
  enterDecoder: Semaphore;
  imagePixelsMax: number;
};

/** The longest a picture may keep a thread busy. */
const codecSecondsMax = 20;
/** A picture that nobody can tell from the one that was sent. */
const quality = 92;

/**
 * Pictures in, changed pictures out: upright, of 8 bits in sRGB, on white where they were transparent, and of an
 * animation the first frame. Nothing but the pixels goes over: what was beside them (where, when, by whom, small copies
 * of the whole) stays behind.
 */
export function createRender({ enterDecoder, imagePixelsMax }: Deps) {
  async function open(bytes: Uint8Array, seconds: number): Promise<Canvas> {
    const { data, info } = await sharp(bytes, pictureOptions(imagePixelsMax))
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .timeout({ seconds })
      .raw({ depth: 'uchar' })
      // Not toUint8Array(): of sharp 0.35.5 the process keeps as much memory as each picture takes, for good.
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`Expected 3 channels, got ${info.channels}.`);
    return { data, width: info.width, height: info.height };
  }

  /** Throws IMAGE_TOO_LARGE, IMAGE_UNREADABLE, DEADLINE_EXCEEDED, what `paint` throws and the reason of an abort. */
  return async function render(
    bytes: Uint8Array,
    type: WrittenType,
    { timeoutMs, signal, ...lane }: RunOptions,
    paint: (canvas: Canvas) => void | Promise<void>,
  ): Promise<Uint8Array> {
    const endsAt = performance.now() + timeoutMs;
    const late = AbortSignal.timeout(Math.max(0, Math.ceil(timeoutMs)));
    const over = signal ? AbortSignal.any([signal, late]) : late;
    const seconds = () => Math.min(codecSecondsMax, Math.max(1, Math.ceil((endsAt - performance.now()) / 1_000)));
    let leave: (() => void) | null = null;
    let canvas: Canvas | null = null;
    try {
      leave = await enterDecoder(lane, { signal: over });
      canvas = await open(bytes, seconds());
      over.throwIfAborted();
      await paint(canvas);
      over.throwIfAborted();
      const written = await encode(canvas, type, seconds());
      over.throwIfAborted();
      return written;
    } catch (error) {
      signal?.throwIfAborted();
      if (late.aborted) throw new SidecarError('DEADLINE_EXCEEDED', 'The picture was not ready in time.');
      throw refusalOf(error, imagePixelsMax);
    } finally {
      if (canvas) release(canvas.data);
      leave?.();
    }
  };
}

/** Pixels of our own as sharp takes them; they were held to a limit when they came. */
export const pixelsOf = ({ data, width, height }: Canvas) =>
  sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });

function encode(canvas: Canvas, type: WrittenType, seconds: number): Promise<Uint8Array> {
  const picture = pixelsOf(canvas).timeout({ seconds });
  if (type === 'image/png') return picture.png().toBuffer();
  if (type === 'image/webp') return picture.webp({ quality }).toBuffer();
  // Colours at full size: edges of boxes stay where they are.
  return picture.jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
}

/** Gives memory back at once: a picture in full is a hundred times its file. */
export function release({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
