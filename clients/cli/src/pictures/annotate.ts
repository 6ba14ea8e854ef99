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
type Rectangle = { x: number; y: number; width: number; height: number };

/** Thickness of a line that can be seen without hiding what it surrounds. */
const lineOf = ({ width, height }: Size) => Math.max(2, Math.round(Math.max(width, height) / 400));

function pixelsOf({ box }: Mark, { width, height }: Size): Rectangle {
  return { x: box.x * width, y: box.y * height, width: box.width * width, height: box.height * height };
}

function drawBox(mark: Mark, size: Size): string {
  const { x, y, width, height } = pixelsOf(mark, size);
  const { fill } = colourOf(mark.trackNumber);
  const line = lineOf(size);
  const rectangle = `x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}" rx="${line}"`;
  // The dark rim keeps a box visible on a background of its own colour.
  return (
    `<rect ${rectangle} fill="none" stroke="#101418" stroke-opacity="0.45" stroke-width="${line + 2}"/>` +
    `<rect ${rectangle} fill="${fill}" fill-opacity="0.08" stroke="${fill}" stroke-width="${line}"/>`
  );
}

/** One label per box, where it hides least: of other labels first, then of other objects. */
function drawLabels(marks: Mark[], size: Size): string[] {
  const letters = Math.max(9, Math.round(Math.max(size.width, size.height) / 85));
  const padding = Math.round(letters * 0.45);
  const boxes = marks.map((mark) => pixelsOf(mark, size));
  const placed: Rectangle[] = [];
  return marks.map((mark, index) => {
    const text = `${mark.label} ${mark.trackNumber}  ${Math.round(mark.confidence * 100)}%`;
    const label = { width: textWidth(text, letters) + 2 * padding, height: letters + 2 * padding };
    const hidden = (spot: Rectangle) =>
      sum(placed.map((other) => 10 * overlapOf(spot, other))) +
      sum(boxes.map((other, at) => overlapOf(spot, other) * (at === index ? 0.5 : 1)));
    // The first of equals wins, so a label with room around it sits above its box.
    const spot = spotsAround(boxes[index] as Rectangle, label, size).reduce((best, next) =>
      hidden(next) < hidden(best) ? next : best,
    );
    placed.push(spot);
    return drawLabel(spot, { text, letters, padding, ...colourOf(mark.trackNumber) });
  });
}

/** Above, below and inside a box, along its left and its right edge, and always within the picture. */
function spotsAround(box: Rectangle, { width, height }: Size, size: Size): Rectangle[] {
  const rows = [box.y - height, box.y + box.height, box.y, box.y + box.height - height];
  const columns = [box.x, box.x + box.width - width];
  return rows.flatMap((y) =>
    columns.map((x) => ({
      x: Math.max(0, Math.min(x, size.width - width)),
      y: Math.max(0, Math.min(y, size.height - height)),
      width,
      height,
    })),
  );
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

/** Square pixels two rectangles share. */
function overlapOf(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
