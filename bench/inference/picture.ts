import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const size = { width: 1_920, height: 1_080 };
/** Real photographs at their own size, so that the file holds as much as one from a camera would. */
const tiles = [
  { name: 'kite', left: 0, top: 0 },
  { name: 'dog', left: 1_024, top: 0 },
  { name: 'giraffe', left: 1_500, top: 500 },
  { name: 'person', left: 0, top: 656 },
  { name: 'horses', left: 640, top: 568 },
  { name: 'astronaut', left: 1_408, top: 0 },
];

/** A picture of 1920 × 1080 pixels as a JPEG file. */
export async function fullHdPicture(): Promise<Buffer> {
  const photographs = tiles.map(async ({ name, ...place }) => {
    const file = fileURLToPath(new URL(`../../deploy/samples/pictures/${name}.jpg`, import.meta.url));
    // What sticks out would be refused.
    const cut = { width: size.width - place.left, height: size.height - place.top };
    const { width = 0, height = 0 } = await sharp(file).metadata();
    const extent = { width: Math.min(width, cut.width), height: Math.min(height, cut.height) };
    return {
      input: await sharp(file)
        .extract({ left: 0, top: 0, ...extent })
        .png()
        .toBuffer(),
      ...place,
    };
  });
  return sharp({ create: { ...size, channels: 3, background: '#808080' } })
    .composite(await Promise.all(photographs))
    .jpeg({ quality: 85 })
    .toBuffer();
}
