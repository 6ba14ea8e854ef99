import type { Event } from '@sightline/db/client';

export type EventRing = ReturnType<typeof createEventRing>;

/** The newest events of one feed, `capacity` at most. Knows what it has forgotten. */
export function createEventRing(capacity: number, floor: bigint) {
  let events: Event[] = [];
  /** Everything after this number is here. */
  let knownAfter = floor;

  return {
    /** Adds events in ascending order, newer than all before. */
    push(newer: readonly Event[]): void {
      events = [...events, ...newer];
      if (events.length <= capacity) return;
      knownAfter = events[events.length - capacity - 1]?.seq ?? knownAfter;
      events = events.slice(-capacity);
    },

    /** Forgets everything: what lies between `floor` and the events known so far was missed. */
    reset(floorSeq: bigint): void {
      events = [];
      knownAfter = floorSeq;
    },

    /** The next events after `seq`, `limit` at most; null when some of them are forgotten. */
    after(seq: bigint, limit: number): Event[] | null {
      if (seq < knownAfter) return null;
      const start = firstIndexAfter(events, seq);
      return events.slice(start, start + limit);
    },
  };
}

/** Numbers may have holes, where a deleted source took its events along: searched, not computed. */
function firstIndexAfter(events: readonly Event[], seq: bigint): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const event = events[middle];
    if (event && event.seq > seq) high = middle;
    else low = middle + 1;
  }
  return low;
}
