import type { Event } from '@sightline/core';

export type LabelSummary = { label: string; tracks: number; events: number; bestConfidence: number };

/** Counts what a session tells. */
export function createTally() {
  const labels = new Map<string, { tracks: Set<number>; events: number; bestConfidence: number }>();
  let eventCount = 0;
  return {
    add(event: Event): void {
      eventCount += 1;
      if (event.label === null || event.trackNumber === null) return;
      const entry = labels.get(event.label) ?? { tracks: new Set<number>(), events: 0, bestConfidence: 0 };
      labels.set(event.label, entry);
      entry.tracks.add(event.trackNumber);
      entry.events += 1;
      entry.bestConfidence = Math.max(entry.bestConfidence, event.confidence ?? 0);
    },
    get eventCount() {
      return eventCount;
    },
    /** Most tracks first. */
    labels(): LabelSummary[] {
      return [...labels]
        .map(([label, { tracks, ...rest }]) => ({ label, tracks: tracks.size, ...rest }))
        .sort((a, b) => b.tracks - a.tracks || a.label.localeCompare(b.label));
    },
  };
}
