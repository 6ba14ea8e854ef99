import sharp from 'sharp';
import { pictureOptions } from '../vision/decode-picture.ts';
import type { SourceFrame } from './source-frame.ts';

/** Large enough to recognize a face across a street, small enough to store thousands. */
const sideMax = 1_280;
const quality = 80;

/** The frame as an upright JPEG, at most 1280 pixels a side. */
export async function takeSnapshot(
  picture: SourceFrame['picture'],
  imagePixelsMax: number,
): Promise<Uint8Array | null> {
  if (picture.kind === 'unreadable') return null;
  const image =
    picture.kind === 'file'
      ? sharp(picture.bytes, pictureOptions(imagePixelsMax)).autoOrient()
      : sharp(picture.frame.data, { raw: { width: picture.frame.width, height: picture.frame.height, channels: 3 } });
  return image
    .resize({ width: sideMax, height: sideMax, fit: 'inside', withoutEnlargement: true, kernel: 'linear' })
    .flatten({ background: '#ffffff' })
    .jpeg({ quality })
    .toBuffer();
}
