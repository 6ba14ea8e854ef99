import type { Box } from '@sightline/inference/contract';
import sharp from 'sharp';
import type { Sharp } from 'sharp';

/** A rectangle that the made-up detector finds. */
export type Blob = { colour: 'red' | 'green' | 'blue'; box: Box };

const paints = { red: '#ff0000', green: '#00ff00', blue: '#0000ff' };

/** Coloured rectangles on grey, as a sharp image to be written in any format. */
export function scene(blobs: readonly Blob[], { width = 320, height = 240, background = '#808080' } = {}): Sharp {
  const layers = blobs.map(({ colour, box }) => ({
    input: { create: { width: box.width, height: box.height, channels: 3 as const, background: paints[colour] } },
    left: box.x,
    top: box.y,
  }));
  return sharp({ create: { width, height, channels: 3, background } }).composite(layers);
}

export const blob = (colour: Blob['colour'], x: number, y: number, width = 60, height = 40): Blob => ({
  colour,
  box: { x, y, width, height },
});

/** Bytes that can be a request's body. */
export const bytesOf = async (image: Sharp): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await image.toBuffer());

/** A red and a blue rectangle, 320 × 240, as PNG. */
export const twoBlobs = () => bytesOf(scene([blob('red', 40, 60), blob('blue', 200, 150)]).png());
