import type { Detection } from '../vision/detector.ts';
import type { Region } from '../vision/letterbox.ts';
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
  for (const { label, confidence, box } of ordered) {
    const text = `${label} ${Math.round(confidence * 100)}%`;
    drawLabel(canvas, wholePixels(box), { text, dot, colour: colourOf(label) });
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

/** Above the box, in it where there is no room, and always within the picture. */
function drawLabel(canvas: Canvas, box: Region, { text, dot, colour }: Label): void {
  const padding = 2 * dot;
  const width = textColumns(text) * dot + 2 * padding;
  const height = letterRows * dot + 2 * padding;
  const left = Math.max(0, Math.min(box.left, canvas.width - width));
  const top = box.top >= height ? box.top - height : Math.max(0, Math.min(box.top, canvas.height - height));
  fill(canvas, { left, top, width, height }, colour);
  forEachDotRun(text, (column, row, count) => {
    const at = { left: left + padding + column * dot, top: top + padding + row * dot };
    fill(canvas, { ...at, width: count * dot, height: dot }, dark);
  });
}

/** The same for a label in every picture. */
function colourOf(label: string): Colour {
  let sum = 7;
  for (const character of label) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return colours[sum % colours.length] ?? dark;
}
