import sharp from 'sharp';
import { textPath, textWidth } from './lettering.ts';
import { colourOf } from './track-colour.ts';

/** What to draw around one object; the box is in fractions of the picture. */
export type Mark = {
  trackNumber: number;
  label: string;
  confidence: number;
  box: { x: number; y: number; width: number; height: number };
};

/** The picture with a box and a label for each object, as JPEG. */
export async function annotate(picture: Uint8Array, marks: Mark[]): Promise<Buffer> {
  const { data, info } = await sharp(picture).rotate().toBuffer({ resolveWithObject: true });
  // Big objects first, so that nobody is drawn over by what is behind them.
  const ordered = [...marks].sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${info.width}" height="${info.height}">${[
    ...ordered.map((mark) => drawBox(mark, info)),
    ...drawLabels(ordered, info),
  ].join('')}</svg>`;
  return sharp(data)
    .composite([{ input: Buffer.from(svg) }])
    .jpeg({ quality: 88 })
    .toBuffer();
}

type Size = { width: number; height: number };

/** Thickness of a line that can be seen without hiding what it surrounds. */
const lineOf = ({ width, height }: Size) => Math.max(2, Math.round(Math.max(width, height) / 400));

function pixelsOf({ box }: Mark, { width, height }: Size) {
  return { left: box.x * width, top: box.y * height, width: box.width * width, height: box.height * height };
}

function drawBox(mark: Mark, size: Size): string {
  const { left, top, width, height } = pixelsOf(mark, size);
  const { fill } = colourOf(mark.trackNumber);
  const line = lineOf(size);
  const rectangle = `x="${left.toFixed(1)}" y="${top.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}" rx="${line}"`;
  // The dark rim keeps a box visible on a background of its own colour.
  return (
    `<rect ${rectangle} fill="none" stroke="#101418" stroke-opacity="0.45" stroke-width="${line + 2}"/>` +
    `<rect ${rectangle} fill="${fill}" fill-opacity="0.08" stroke="${fill}" stroke-width="${line}"/>`
  );
}

type Rectangle = { x: number; y: number; width: number; height: number };

/** One label per box: above it where there is room, else below or inside, so that labels do not cover each other. */
function drawLabels(marks: Mark[], size: Size): string[] {
  const placed: Rectangle[] = [];
  return marks.map((mark) => {
    const { left, top, height: boxHeight } = pixelsOf(mark, size);
    const text = `${mark.label} ${mark.trackNumber}  ${Math.round(mark.confidence * 100)}%`;
    const letters = Math.max(9, Math.round(Math.max(size.width, size.height) / 85));
    const padding = Math.round(letters * 0.45);
    const width = textWidth(text, letters) + 2 * padding;
    const height = letters + 2 * padding;
    const x = Math.max(0, Math.min(left - lineOf(size) / 2, size.width - width));
    const spots = [top - height, top + boxHeight, top, top + boxHeight - height]
      .filter((y) => y >= 0 && y + height <= size.height)
      .map((y) => ({ x, y, width, height }));
    const spot = spots.find((one) => !placed.some((other) => overlaps(one, other))) ?? spots[0] ?? { x, y: 0, width, height };
    placed.push(spot);
    return drawLabel(spot, { text, letters, padding, ...colourOf(mark.trackNumber) });
  });
}

type Lettering = { text: string; letters: number; padding: number; fill: string; ink: string };

function drawLabel({ x, y, width, height }: Rectangle, { text, letters, padding, fill, ink }: Lettering): string {
  const path = textPath(text, { x: x + padding, y: y + padding, height: letters });
  const stroke = `stroke="${ink}" stroke-width="${(letters / 6.5).toFixed(2)}" stroke-linecap="round" stroke-linejoin="round"`;
  return (
    `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height}" rx="2" fill="${fill}"/>` +
    `<path d="${path}" fill="none" ${stroke}/>`
  );
}

function overlaps(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
