import { ConfigurationError } from '@sightline/core';
import type { Image } from '@sightline/core';

/** What a page has of a picture: a file as it is, or what is drawn, played or decoded right now. */
export type Picture =
  | Image
  | HTMLCanvasElement
  | OffscreenCanvas
  | ImageBitmap
  | HTMLVideoElement
  | HTMLImageElement
  | VideoFrame;

/** The picture as bytes: files stay what they are, everything else becomes a JPEG of its own size. Throws ConfigurationError. */
export async function toImage(picture: Picture): Promise<Image> {
  if (picture instanceof Blob || picture instanceof ArrayBuffer || ArrayBuffer.isView(picture)) return picture;
  const [width, height] = sizeOf(picture);
  if (!(width > 0 && height > 0))
    throw new ConfigurationError('The picture has no pixels yet: wait until it has loaded.');
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.drawImage(picture, 0, 0, width, height);
  try {
    return await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
  } catch {
    throw new ConfigurationError('This picture is of another site: load it with `crossOrigin`.');
  }
}

function sizeOf(picture: Exclude<Picture, Image>): [width: number, height: number] {
  if ('videoWidth' in picture) return [picture.videoWidth, picture.videoHeight];
  if ('naturalWidth' in picture) return [picture.naturalWidth, picture.naturalHeight];
  if ('displayWidth' in picture) return [picture.displayWidth, picture.displayHeight];
  return [picture.width, picture.height];
}
