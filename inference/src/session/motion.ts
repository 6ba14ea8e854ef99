import type { Box } from '../contract.ts';

/** Where an object is and where it goes: a Kalman filter of constant velocity for its centre, a smoothed size. */
export type Motion = ReturnType<typeof createMotion>;

/*
 * All noise is in box sizes, so that near and far objects are treated alike: a detector is off by some percent of the
 * box, and what is large in the picture also speeds up by more pixels.
 */
const measurementNoise = 0.06;
const accelerationNoise = 2;
const startVelocityNoise = 1.5;
/** Weight of a newly seen size. */
const sizeWeight = 0.5;

export function createMotion(first: Box, startMs: number) {
  const x = createAxis(first.x + first.width / 2, first.width);
  const y = createAxis(first.y + first.height / 2, first.height);
  let { width, height } = first;
  let atMs = startMs;

  return {
    /** Moves the estimate on and returns the box that is expected then. */
    predict(timestampMs: number): Box {
      const seconds = Math.max(0, timestampMs - atMs) / 1_000;
      atMs = Math.max(atMs, timestampMs);
      x.predict(seconds, width);
      y.predict(seconds, height);
      return { x: x.position() - width / 2, y: y.position() - height / 2, width, height };
    },
    /** Corrects the estimate with what was really seen at the time last predicted. */
    correct(seen: Box): void {
      width += (seen.width - width) * sizeWeight;
      height += (seen.height - height) * sizeWeight;
      x.correct(seen.x + seen.width / 2, width);
      y.correct(seen.y + seen.height / 2, height);
    },
  };
}

function createAxis(start: number, size: number) {
  let position = start;
  let velocity = 0;
  // Covariance of both.
  let pp = (measurementNoise * size) ** 2;
  let pv = 0;
  let vv = (startVelocityNoise * size) ** 2;

  return {
    position: () => position,
    predict(seconds: number, sizeNow: number): void {
      const noise = (accelerationNoise * sizeNow) ** 2;
      position += velocity * seconds;
      pp += 2 * seconds * pv + seconds ** 2 * vv + (noise * seconds ** 4) / 4;
      pv += seconds * vv + (noise * seconds ** 3) / 2;
      vv += noise * seconds ** 2;
    },
    correct(seen: number, sizeNow: number): void {
      const certainty = pp + (measurementNoise * sizeNow) ** 2;
      const gainPosition = pp / certainty;
      const gainVelocity = pv / certainty;
      const surprise = seen - position;
      position += gainPosition * surprise;
      velocity += gainVelocity * surprise;
      vv -= gainVelocity * pv;
      pv *= 1 - gainPosition;
      pp *= 1 - gainPosition;
    },
  };
}
