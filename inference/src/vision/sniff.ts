/** The kinds of picture we read, told by their first bytes: names and headers lie. */
export const pictureTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif', 'image/tiff'] as const;
export type PictureType = (typeof pictureTypes)[number];

/** The type of a picture, or null for everything we do not read (SVG among it: it can reach for other files). */
export function sniffPicture(bytes: Uint8Array): PictureType | null {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  const at = (offset: number, text: string) => head.startsWith(text, offset);
  if (at(0, '\xff\xd8\xff')) return 'image/jpeg';
  if (at(0, '\x89PNG\r\n\x1a\n')) return 'image/png';
  if (at(0, 'RIFF') && at(8, 'WEBP')) return 'image/webp';
  if (at(0, 'GIF87a') || at(0, 'GIF89a')) return 'image/gif';
  if (at(4, 'ftyp') && (at(8, 'avif') || at(8, 'avis') || at(8, 'mif1'))) return 'image/avif';
  if (at(0, 'II*\0') || at(0, 'MM\0*')) return 'image/tiff';
  return null;
}
