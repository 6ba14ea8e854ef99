import type { PictureInput } from '../models/model-config.ts';

export type PictureTensor =
  | { type: 'uint8'; data: Uint8Array; dims: number[] }
  | { type: 'float32'; data: Float32Array; dims: number[] };

/**
 * Turns letterboxed RGB bytes into what a network's input wants. Without `into` it reuses its memory: one picture at a
 * time, and raw pixels are passed on as they are. With it the picture is written there: item `index` of a batch is
 * `batch.subarray(index * length, (index + 1) * length)`, `length` being 3 × width × height. Throws when sizes do not fit.
 */
export type FillTensor = (pixels: Uint8Array, into?: Uint8Array | Float32Array) => PictureTensor;

export function createFillTensor({ width, height, tensor }: PictureInput): FillTensor {
  const length = 3 * width * height;
  const requireLength = (what: string, found: number) => {
    if (found !== length) throw new Error(`${what} has ${found} elements, not ${length}.`);
  };
  if (tensor.kind === 'uint8-nhwc-rgb') {
    const dims = [1, height, width, 3];
    return (data, into) => {
      requireLength('The picture', data.length);
      if (into === undefined) return { type: 'uint8', data, dims };
      if (!(into instanceof Uint8Array)) throw new TypeError('This network takes bytes.');
      requireLength('The tensor', into.length);
      into.set(data);
      return { type: 'uint8', data: into, dims };
    };
  }

  const isPlanar = tensor.kind === 'float32-nchw';
  const dims = isPlanar ? [1, 3, height, width] : [1, height, width, 3];
  const step = isPlanar ? 1 : 3;
  const tables = tablesOf(tensor);
  // Where red, green and blue go.
  const places = (tensor.channels === 'bgr' ? [2, 1, 0] : [0, 1, 2]).map((place) =>
    isPlanar ? place * width * height : place,
  ) as Triple<number>;
  let own: Float32Array | null = null;

  return (pixels, into) => {
    requireLength('The picture', pixels.length);
    const data = into ?? (own ??= new Float32Array(length));
    if (!(data instanceof Float32Array)) throw new TypeError('This network takes floats.');
    requireLength('The tensor', data.length);
    const isWhole = pixels.byteOffset % 4 === 0 && length % 12 === 0;
    (isWhole ? spreadWords : spreadBytes)(pixels, data, tables, places, step);
    return { type: 'float32', data, dims };
  };
}

type Triple<T> = [T, T, T];
type Floats = Extract<PictureInput['tensor'], { mean: unknown }>;

/** What each of 256 values becomes, for red, green and blue: cheaper than a subtraction and a division a pixel. */
function tablesOf({ channels, mean, std }: Floats): Triple<Float32Array> {
  const tableOf = (place: number) =>
    Float32Array.from({ length: 256 }, (_, value) => (value - (mean[place] ?? 0)) / (std[place] ?? 1));
  return channels === 'bgr' ? [tableOf(2), tableOf(1), tableOf(0)] : [tableOf(0), tableOf(1), tableOf(2)];
}

/** Little-endian in four bytes: any other machine would fail the self-test of its model. */
function spreadWords(
  pixels: Uint8Array,
  data: Float32Array,
  [red, green, blue]: Triple<Float32Array>,
  [atRed, atGreen, atBlue]: Triple<number>,
  step: number,
): void {
  // Four pixels are three words: a third of the reads, which are what takes the time.
  const words = new Int32Array(pixels.buffer, pixels.byteOffset, pixels.byteLength >> 2);
  for (let at = 0, to = 0; at < words.length; at += 3, to += 4 * step) {
    const one = words[at] as number;
    const two = words[at + 1] as number;
    const three = words[at + 2] as number;
    data[to + atRed] = red[one & 255] as number;
    data[to + atGreen] = green[(one >>> 8) & 255] as number;
    data[to + atBlue] = blue[(one >>> 16) & 255] as number;
    data[to + step + atRed] = red[one >>> 24] as number;
    data[to + step + atGreen] = green[two & 255] as number;
    data[to + step + atBlue] = blue[(two >>> 8) & 255] as number;
    data[to + 2 * step + atRed] = red[(two >>> 16) & 255] as number;
    data[to + 2 * step + atGreen] = green[two >>> 24] as number;
    data[to + 2 * step + atBlue] = blue[three & 255] as number;
    data[to + 3 * step + atRed] = red[(three >>> 8) & 255] as number;
    data[to + 3 * step + atGreen] = green[(three >>> 16) & 255] as number;
    data[to + 3 * step + atBlue] = blue[three >>> 24] as number;
  }
}

function spreadBytes(
  pixels: Uint8Array,
  data: Float32Array,
  [red, green, blue]: Triple<Float32Array>,
  [atRed, atGreen, atBlue]: Triple<number>,
  step: number,
): void {
  for (let at = 0, to = 0; at < pixels.length; at += 3, to += step) {
    data[to + atRed] = red[pixels[at] as number] as number;
    data[to + atGreen] = green[pixels[at + 1] as number] as number;
    data[to + atBlue] = blue[pixels[at + 2] as number] as number;
  }
}
