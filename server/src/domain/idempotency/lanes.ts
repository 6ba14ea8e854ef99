import { ServiceUnavailableError } from '../../errors/request-errors.ts';

type Lane = { free: number; readonly waiting: Set<() => void> };

/**
 * Lets at most `width` of each organization be at work at once; the others wait here, in their order, without anything in
 * hand. So an organization that holds itself up, since its writes wait for each other, holds up no other.
 */
export function createLanes({ width, waitMs }: { width: number; waitMs: number }) {
  const lanes = new Map<string, Lane>();

  function leave(name: string, lane: Lane): void {
    const [next] = lane.waiting;
    if (next) {
      lane.waiting.delete(next);
      next();
      return;
    }
    lane.free += 1;
    if (lane.free === width) lanes.delete(name);
  }

  /** Leaving twice is leaving once: who did may not give away the place of somebody else. */
  function once(work: () => void): () => void {
    let isDone = false;
    return () => {
      if (!isDone) work();
      isDone = true;
    };
  }

  return {
    /** Gives what is called at the end. Throws SERVICE_UNAVAILABLE after `waitMs` without a place. */
    async enter(name: string): Promise<() => void> {
      const lane = lanes.get(name) ?? { free: width, waiting: new Set() };
      lanes.set(name, lane);
      if (lane.free > 0) lane.free -= 1;
      else await placeIn(lane, waitMs);
      return once(() => leave(name, lane));
    },
  };
}

function placeIn(lane: Lane, waitMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      lane.waiting.delete(take);
      reject(new ServiceUnavailableError('Idempotency'));
    }, waitMs);
    const take = () => {
      clearTimeout(timer);
      resolve();
    };
    lane.waiting.add(take);
  });
}
