import type { Region } from '../vision/letterbox.ts';
import type { Canvas } from './render.ts';

export type Colour = readonly [red: number, green: number, blue: number];

/** Paints what of the region lies in the picture. */
export function fill({ data, width, height }: Canvas, region: Region, [red, green, blue]: Colour): void {
  const left = Math.max(0, region.left);
  const right = Math.min(width, region.left + region.width);
  const bottom = Math.min(height, region.top + region.height);
  if (right <= left) return;
  const row = new Uint8Array((right - left) * 3);
  for (let at = 0; at < row.length; at += 3) {
    row[at] = red;
    row[at + 1] = green;
    row[at + 2] = blue;
  }
  for (let y = Math.max(0, region.top); y < bottom; y++) data.set(row, (y * width + left) * 3);
}

/** Puts RGB rows of the region's size in its place. The region lies in the picture. */
export function paste({ data, width }: Canvas, region: Region, rows: Uint8Array): void {
  const rowBytes = region.width * 3;
  for (let row = 0; row < region.height; row++) {
    const target = ((region.top + row) * width + region.left) * 3;
    data.set(rows.subarray(row * rowBytes, (row + 1) * rowBytes), target);
  }
}
