import { IngestBusyError } from '../sessions.errors.ts';

export type Admission = ReturnType<typeof createAdmission>;
type Limits = {
  /** Batches that are recorded at the same time. */
  activeMax: number;
  /** Batches that wait for that, with their bodies unread. */
  waitingMax: number;
  /** Longest wait in milliseconds, shorter than what callers give a body. */
  waitMs: number;
};

/** Lets in as many as can be recorded, in the order in which they came, and bounds what waits. */
export function createAdmission({ activeMax, waitingMax, waitMs }: Limits) {
  let active = 0;
  const waiting = new Set<(error: Error | null) => void>();

  function leave(): void {
    const [next] = waiting;
    // The place goes to the next in line without having been free.
    if (next) next(null);
    else active -= 1;
  }

  return {
    /** Resolves with what gives the place back; to be called once. Throws INGEST_BUSY, and the reason of `signal`. */
    async enter(signal: AbortSignal): Promise<() => void> {
      signal.throwIfAborted();
      if (active < activeMax) {
        active += 1;
        return leave;
      }
      if (waiting.size >= waitingMax) throw new IngestBusyError();
      const place = Promise.withResolvers<void>();
      const settle = (error: Error | null) => {
        waiting.delete(settle);
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        if (error) place.reject(error);
        else place.resolve();
      };
      const onAbort = () => settle(signal.reason as Error);
      const timer = setTimeout(() => settle(new IngestBusyError()), waitMs);
      signal.addEventListener('abort', onAbort, { once: true });
      waiting.add(settle);
      await place.promise;
      return leave;
    },
    get active() {
      return active;
    },
    get waiting() {
      return waiting.size;
    },
  };
}
