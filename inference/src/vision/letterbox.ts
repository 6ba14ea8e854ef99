import type { Box } from '../contract.ts';
import type { ModelConfig } from '../models/model-config.ts';

export type Size = { width: number; height: number };

/** How a picture was scaled and placed inside a model's input. */
export type Placement = {
  picture: Size;
  /** Size of the picture inside the input, in input pixels. */
  scaled: Size;
  left: number;
  top: number;
};

/** Fits a picture into a model's input without changing its proportions. */
export function placeInto(picture: Size, input: ModelConfig['input']): Placement {
  const scale = Math.min(input.width / picture.width, input.height / picture.height);
  // A line-shaped picture still needs one pixel.
  const width = Math.max(1, Math.min(input.width, Math.round(picture.width * scale)));
  const height = Math.max(1, Math.min(input.height, Math.round(picture.height * scale)));
  const centred = input.letterbox.align === 'centre';
  return {
    picture,
    scaled: { width, height },
    left: centred ? (input.width - width) >> 1 : 0,
    top: centred ? (input.height - height) >> 1 : 0,
  };
}

/** A box in input pixels, as pixels of the picture and cut to it. */
export function toPicture({ picture, scaled, left, top }: Placement, corners: Corners): Box {
  const scaleX = picture.width / scaled.width;
  const scaleY = picture.height / scaled.height;
  const x1 = clamp((corners.x1 - left) * scaleX, picture.width);
  const y1 = clamp((corners.y1 - top) * scaleY, picture.height);
  const x2 = clamp((corners.x2 - left) * scaleX, picture.width);
  const y2 = clamp((corners.y2 - top) * scaleY, picture.height);
  return { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
}

export type Corners = { x1: number; y1: number; x2: number; y2: number };

const clamp = (value: number, max: number) => Math.min(max, Math.max(0, value));
