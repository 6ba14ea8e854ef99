import { readdir } from 'node:fs/promises';
import { asFloats } from '../../engine/floats.ts';
import { openNetwork } from '../../engine/network.ts';
import type { Tensor, Tensors } from '../../engine/tensors.ts';
import { SidecarError } from '../../errors.ts';
import { createFillTensor } from '../../vision/fill-tensor.ts';
import type { PictureInput } from '../model-config.ts';
import { knownPicture, pixelsOf } from './observe.ts';

export type Comparison = {
  pictureCount: number;
  /** Largest difference of two outputs, as a share of the largest value of that output. */
  difference: number;
};

/** More than rounding: what one more float operation a pixel makes of a network's outputs stays far below. */
const differenceMax = 1e-3;
const picturesMax = 10;

type Options = {
  /** The file that takes floats, and how they are made. */
  originalPath: string;
  inputName: string;
  input: PictureInput;
  foldedPath: string;
  /** Folders of pictures to try besides the known one, if they are there. */
  pictureFolders: readonly URL[];
};

/**
 * Runs both files on the same pictures. Throws MODEL_INVALID when their outputs differ by more than rounding explains.
 */
export async function compareFolded({
  originalPath,
  inputName,
  input,
  foldedPath,
  pictureFolders,
}: Options): Promise<Comparison> {
  const options = { intraThreads: 1, isSpinning: false, providers: [] };
  const original = await openNetwork({ modelPath: originalPath, ...options });
  const folded = await openNetwork({ modelPath: foldedPath, ...options });
  try {
    const fillFloats = createFillTensor(input);
    const pictures = await picturesIn(pictureFolders);
    let difference = 0;
    for (const picture of pictures) {
      const pixels = await pixelsOf(picture, input);
      const { data, ...rest } = fillFloats(pixels);
      const floats: Tensor = { ...rest, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
      const bytes: Tensor = { type: 'uint8', dims: [1, input.height, input.width, 3], data: pixels };
      const expected = await original.run({ [inputName]: floats });
      const actual = await folded.run({ [folded.inputs[0]?.name ?? '']: bytes });
      difference = Math.max(difference, differenceOf(expected, actual));
    }
    if (!(difference <= differenceMax)) {
      throw new SidecarError(
        'MODEL_INVALID',
        `With the normalization folded in, outputs differ by up to ${percent(difference)} of their largest value: it would not be the same model. Add it without --fold.`,
      );
    }
    return { pictureCount: pictures.length, difference };
  } finally {
    await original.release();
    await folded.release();
  }
}

export const percent = (share: number): string => `${(share * 100).toPrecision(2)} %`;

function differenceOf(expected: Tensors, actual: Tensors): number {
  let worst = 0;
  for (const [name, tensor] of Object.entries(expected)) {
    if (tensor.type === 'string') continue;
    const other = actual[name];
    // Where a network lists what it found, one sighting more or less is another answer.
    if (!other || other.dims.join() !== tensor.dims.join()) return Infinity;
    const [a, b] = [asFloats(tensor), asFloats(other)];
    let largest = 0;
    let apart = 0;
    for (let index = 0; index < a.length; index++) {
      const value = a[index] as number;
      largest = Math.max(largest, Math.abs(value));
      const gap = Math.abs(value - (b[index] as number));
      // Not a number on one side only.
      if (!(gap <= apart) && !Object.is(value, b[index])) apart = Number.isNaN(gap) ? Infinity : gap;
    }
    worst = Math.max(worst, apart / Math.max(largest, 1e-6));
  }
  return worst;
}

async function picturesIn(folders: readonly URL[]): Promise<URL[]> {
  const found: URL[] = [knownPicture];
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => []);
    found.push(
      ...names
        .filter((name) => /\.(jpe?g|png|webp)$/i.test(name))
        .toSorted()
        .map((name) => new URL(name, folder)),
    );
  }
  return found.slice(0, picturesMax);
}
