import type { Box } from '../contract.ts';
import type { Region } from '../vision/letterbox.ts';
import { fill, paste } from './fill.ts';
import { pixelsOf, release } from './render.ts';
import type { Canvas } from './render.ts';

export const redactionStyles = ['blur', 'pixelate', 'box'] as const;
export type RedactionStyle = (typeof redactionStyles)[number];

/** `margin`: what is taken along on each side, as a share of the box. */
export type Redaction = { style: RedactionStyle; margin: number };

/**
 * Colours that are left along the shorter side of a box, however large it is. Three by three is what remains of a face:
 * neither its eyes nor its outline, whatever is done to sharpen it again.
 */
const coloursAcross = 3;
const black = [0, 0, 0] as const;

/** Makes unrecognizable what lies in the boxes. */
export async function redact(
  canvas: Canvas,
  boxes: readonly Box[],
  { style, margin }: Redaction,
  signal?: AbortSignal,
): Promise<void> {
  for (const box of boxes) {
    signal?.throwIfAborted();
    const region = withMargin(box, margin, canvas);
    if (style === 'box') fill(canvas, region, black);
    else {
      const rows = await coarse(canvas, region, style);
      paste(canvas, region, rows);
      release(rows);
    }
  }
}

/** Whole pixels, outward, cut to the picture. */
function withMargin({ x, y, width, height }: Box, margin: number, canvas: Canvas): Region {
  const left = Math.max(0, Math.floor(x - width * margin));
  const top = Math.max(0, Math.floor(y - height * margin));
  const right = Math.min(canvas.width, Math.ceil(x + width * (1 + margin)));
  const bottom = Math.min(canvas.height, Math.ceil(y + height * (1 + margin)));
  return { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}

/**
 * The region as a handful of mean colours, drawn large again: as squares, or melting into each other. Everything finer
 * is gone before anything is drawn, so there is nothing that could be brought back.
 */
async function coarse(canvas: Canvas, region: Region, style: 'blur' | 'pixelate'): Promise<Uint8Array> {
  const { width, height } = region;
  const cell = Math.max(1, Math.min(width, height) / coloursAcross);
  const grid = { width: Math.max(1, Math.round(width / cell)), height: Math.max(1, Math.round(height / cell)) };
  const means = await pixelsOf(canvas)
    .extract(region)
    .resize(grid.width, grid.height, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  return await pixelsOf({ ...grid, data: means })
    .resize(width, height, { fit: 'fill', kernel: style === 'blur' ? 'cubic' : 'nearest' })
    .raw()
    .toBuffer();
}
