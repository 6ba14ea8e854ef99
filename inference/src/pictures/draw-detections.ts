import type { Detection } from '../vision/detector.ts';
import type { Region, Size } from '../vision/letterbox.ts';
import { fill } from './fill.ts';
import type { Colour } from './fill.ts';
import { forEachDotRun, letterRows, textColumns } from './letters.ts';
import type { Canvas } from './render.ts';

/** Far apart from each other, and light enough for dark letters. */
const colours: readonly Colour[] = [
  ...([
    [255, 196, 0],
    [0, 224, 255],
    [120, 255, 90],
    [255, 130, 200],
    [255, 140, 60],
  ] as const),
  ...([
    [170, 160, 255],
    [0, 255, 190],
    [255, 110, 110],
    [200, 240, 60],
    [100, 180, 255],
  ] as const),
];
const dark: Colour = [16, 20, 24];

/** Draws a box around each object and beside it what it is, with how sure the model is of it. */
export function drawDetections(canvas: Canvas, detections: readonly Detection[]): void {
  const side = Math.max(canvas.width, canvas.height);
  const line = Math.max(2, Math.round(side / 400));
  const dot = Math.max(1, Math.round(side / 480));
  // Large ones first, so that nobody is drawn over by what is behind them; all labels on top.
  const ordered = detections.toSorted((a, b) => b.box.width * b.box.height - a.box.width * a.box.height);
  for (const { label, box } of ordered) {
    const region = wholePixels(box);
    // The dark rim keeps a box visible on a background of its own colour.
    outline(canvas, grown(region, 1), line + 2, dark);
    outline(canvas, region, line, colourOf(label));
  }
  const placed: Region[] = [];
  for (const { label, confidence, box } of ordered) {
    const text = `${label} ${Math.round(confidence * 100)}%`;
    const size = { width: (textColumns(text) + 4) * dot, height: (letterRows + 4) * dot };
    const spot = spotFor(size, wholePixels(box), canvas, placed);
    placed.push(spot);
    drawLabel(canvas, spot, { text, dot, colour: colourOf(label) });
  }
}

const wholePixels = ({ x, y, width, height }: Detection['box']): Region => ({
  left: Math.round(x),
  top: Math.round(y),
  width: Math.round(width),
  height: Math.round(height),
});

const grown = ({ left, top, width, height }: Region, by: number): Region => ({
  left: left - by,
  top: top - by,
  width: width + 2 * by,
  height: height + 2 * by,
});

/** Inside the region's edges. */
function outline(canvas: Canvas, { left, top, width, height }: Region, line: number, colour: Colour): void {
  fill(canvas, { left, top, width, height: line }, colour);
  fill(canvas, { left, top: top + height - line, width, height: line }, colour);
  fill(canvas, { left, top, width: line, height }, colour);
  fill(canvas, { left: left + width - line, top, width: line, height }, colour);
}

type Label = { text: string; /** Pixels of a side of a dot */ dot: number; colour: Colour };

/** Above the box, below it or in it, where it hides least of other labels, and always within the picture. */
function spotFor(size: Size, box: Region, canvas: Size, placed: readonly Region[]): Region {
  const within = (side: number, length: number, max: number) => Math.max(0, Math.min(side, max - length));
  const left = within(box.left, size.width, canvas.width);
  const hidden = (spot: Region) => placed.reduce((sum, other) => sum + overlapOf(spot, other), 0);
  const bottom = box.top + box.height;
  const spots = [box.top - size.height, bottom, box.top, bottom - size.height].map((top) => ({
    ...{ ...size, left },
    top: within(top, size.height, canvas.height),
  }));
  // The first of equals wins.
  return spots.reduce((best, next) => (hidden(next) < hidden(best) ? next : best));
}

/** Square pixels two regions share. */
function overlapOf(a: Region, b: Region): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  return Math.max(0, width) * Math.max(0, height);
}

/** With two dots of room on every side. */
function drawLabel(canvas: Canvas, spot: Region, { text, dot, colour }: Label): void {
  fill(canvas, spot, colour);
  forEachDotRun(text, (column, row, count) => {
    const at = { left: spot.left + (2 + column) * dot, top: spot.top + (2 + row) * dot };
    fill(canvas, { ...at, width: count * dot, height: dot }, dark);
  });
}

/** The same for a label in every picture. */
function colourOf(label: string): Colour {
  let sum = 7;
  for (const character of label) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return colours[sum % colours.length] ?? dark;
}
