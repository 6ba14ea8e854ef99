import type { PictureInput } from '../models/model-config.ts';
import type { Placement } from './letterbox.ts';

/** Cells a side. Coarse on purpose: what moves inside a scene must not matter. */
const side = 16;
/** Samples a side of each cell. */
const samples = 4;

/** Brightness of a picture in a coarse grid, one byte a cell. Costs some thousand reads, whatever the picture's size. */
export function createSignature({ width }: PictureInput) {
  return (pixels: Uint8Array, { scaled, left, top }: Placement): Uint8Array => {
    const steps = side * samples;
    const cells = new Float32Array(side * side);
    for (let row = 0; row < steps; row++) {
      const y = top + Math.floor(((row + 0.5) * scaled.height) / steps);
      for (let column = 0; column < steps; column++) {
        const x = left + Math.floor(((column + 0.5) * scaled.width) / steps);
        const at = (y * width + x) * 3;
        const brightness = 0.299 * (pixels[at] ?? 0) + 0.587 * (pixels[at + 1] ?? 0) + 0.114 * (pixels[at + 2] ?? 0);
        const cell = Math.floor(row / samples) * side + Math.floor(column / samples);
        cells[cell] = (cells[cell] ?? 0) + brightness / (samples * samples);
      }
    }
    return Uint8Array.from(cells, Math.round);
  };
}

/** Mean difference of two signatures, 0 (the same) to 1 (black and white). */
export function signatureDistance(a: Uint8Array, b: Uint8Array): number {
  let total = 0;
  for (let cell = 0; cell < a.length; cell++) total += Math.abs((a[cell] ?? 0) - (b[cell] ?? 0));
  return total / (a.length * 255);
}
