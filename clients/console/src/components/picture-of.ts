import type { Event } from '@sightline/core';

/** Further back it is another scene. */
const reachMax = 500;

/**
 * The picture of an event. Of an object that left, which is in none, the last one it was seen in, if that is among those shown:
 * `earlier` gives the event so many steps before this one, null for what is no event, undefined where there are no more.
 */
export function pictureOf(event: Event, earlier: (steps: number) => Event | null | undefined): string | null {
  if (event.snapshot) return event.snapshot.url;
  if (event.trackNumber === null) return null;
  for (let steps = 1; steps <= reachMax; steps += 1) {
    const one = earlier(steps);
    if (one === undefined) return null;
    const isSame = one?.trackNumber === event.trackNumber && one.session?.id === event.session?.id;
    if (isSame && one.snapshot) return one.snapshot.url;
  }
  return null;
}
