import type { Box } from '../contract.ts';
import type { PictureInput } from '../models/model-config.ts';

export type Size = { width: number; height: number };

/** A part of a picture, in whole pixels. */
export type Region = Size & { left: number; top: number };

/** How a picture was scaled and placed inside a model's input. */
export type Placement = {
  picture: Size;
  /** What of the picture is in the input: all of it, unless it is cropped. */
  region: Region;
  /** Size of the region inside the input, in input pixels. */
  scaled: Size;
  left: number;
  top: number;
};

/** Fits a picture into a model's input: in its own proportions, unless the model was trained on `stretch`. */
export function placeInto(picture: Size, { width, height, letterbox }: Omit<PictureInput, 'tensor'>): Placement {
  const { align } = letterbox;
  const input = { width, height };
  if (align === 'crop') return { picture, region: middleOf(picture, input), scaled: input, left: 0, top: 0 };
  const region = { left: 0, top: 0, width: picture.width, height: picture.height };
  if (align === 'stretch') return { picture, region, scaled: input, left: 0, top: 0 };
  const scale = Math.min(width / picture.width, height / picture.height);
  const scaled = { width: fit(picture.width * scale, width), height: fit(picture.height * scale, height) };
  const isCentred = align === 'centre';
  const left = isCentred ? (width - scaled.width) >> 1 : 0;
  const top = isCentred ? (height - scaled.height) >> 1 : 0;
  return { picture, region, scaled, left, top };
}

/** The largest part of a picture that has the proportions of the input. */
function middleOf(picture: Size, input: Size): Region {
  const scale = Math.min(picture.width / input.width, picture.height / input.height);
  const width = fit(input.width * scale, picture.width);
  const height = fit(input.height * scale, picture.height);
  return { left: (picture.width - width) >> 1, top: (picture.height - height) >> 1, width, height };
}

/** A line-shaped picture still needs one pixel. */
const fit = (side: number, max: number) => Math.max(1, Math.min(max, Math.round(side)));

/** A box in input pixels, as pixels of the picture and cut to it. */
export function toPicture({ picture, region, scaled, left, top }: Placement, corners: Corners): Box {
  const scaleX = region.width / scaled.width;
  const scaleY = region.height / scaled.height;
  const x1 = clamp(region.left + (corners.x1 - left) * scaleX, picture.width);
  const y1 = clamp(region.top + (corners.y1 - top) * scaleY, picture.height);
  const x2 = clamp(region.left + (corners.x2 - left) * scaleX, picture.width);
  const y2 = clamp(region.top + (corners.y2 - top) * scaleY, picture.height);
  return { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
}

export type Corners = { x1: number; y1: number; x2: number; y2: number };

const clamp = (value: number, max: number) => Math.min(max, Math.max(0, value));
