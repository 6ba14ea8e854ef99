import type { EventType } from '@sightline/db/client';
import type { Box, RunMessage } from '../../ports.ts';

export type FrameMessage = Extract<RunMessage, { type: 'frame' }>;

/** One event of a frame before it has a number. Boxes are fractions of the frame. */
export type ObjectEvent = {
  type: EventType;
  trackNumber: number;
  label: string;
  confidence: number;
  box: Box;
};

const typeOf = { entered: 'OBJECT_ENTERED', updated: 'OBJECT_UPDATED', left: 'OBJECT_LEFT' } as const;

/** What a frame tells the feed. Pure. */
export function objectEventsOf(frame: FrameMessage): ObjectEvent[] {
  return frame.tracks.map(({ change, trackNumber, label, confidence, box }) => ({
    type: typeOf[change],
    trackNumber,
    label,
    confidence: clamp(confidence),
    box: asFractions(box, frame),
  }));
}

/** Pixels to fractions, cut to the frame: a model may well point outside of it. */
export function asFractions(box: Box, { width, height }: { width: number; height: number }): Box {
  const left = clamp(box.x / width);
  const top = clamp(box.y / height);
  const right = clamp((box.x + box.width) / width);
  const bottom = clamp((box.y + box.height) / height);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

const clamp = (value: number) => Math.min(1, Math.max(0, value));
