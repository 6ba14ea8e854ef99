import type { Clock } from '@sightline/server/ports';

/** Time that stands still until a test moves it. */
export function movableClock(start = new Date()): Clock & { advance(by: { days?: number; ms?: number }): void } {
  let now = start.getTime();
  return {
    now: () => new Date(now),
    advance({ days = 0, ms = 0 }) {
      now += days * 86_400_000 + ms;
    },
  };
}
