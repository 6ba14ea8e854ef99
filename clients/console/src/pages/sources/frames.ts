import type { Event } from '@sightline/core';
import type { OverlayBox } from '../../components/box-overlay.tsx';

/** A frame that was kept, with everything that was seen in it. */
export type Frame = {
  /** Of its picture. */
  readonly id: string;
  readonly url: string;
  readonly occurredAt: string;
  readonly boxes: readonly OverlayBox[];
};

/** The frames of events, newest first, at most so many. Events of one frame share its picture; that something left has none. */
export function framesOf(events: readonly Event[], countMax: number): Frame[] {
  const frames = new Map<string, Frame & { boxes: OverlayBox[] }>();
  for (const { snapshot, box, label, confidence, occurredAt } of newestFirst(events)) {
    if (!snapshot) continue;
    const frame = frames.get(snapshot.id) ?? { id: snapshot.id, url: snapshot.url, occurredAt, boxes: [] };
    if (!frames.has(snapshot.id)) {
      if (frames.size === countMax) break;
      frames.set(snapshot.id, frame);
    }
    if (box) frame.boxes.push({ ...box, label: label ?? '', confidence });
  }
  return [...frames.values()];
}

/** Each once, by their place in the feed. */
export function newestFirst(events: readonly Event[]): Event[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  return [...byId.values()].toSorted((one, other) => Number(other.seq) - Number(one.seq));
}

/** Labels, each once, in the order in which they come. */
export const labelsOf = (boxes: readonly OverlayBox[]): string[] => [...new Set(boxes.map(({ label }) => label))];
