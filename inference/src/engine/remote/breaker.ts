/** How one try ended. `unknown`: it says nothing of the server, or was given up before anybody could tell. */
export type Outcome = 'success' | 'failure' | 'unknown';

export type Breaker = ReturnType<typeof createBreaker>;

type Deps = {
  /** Failures in a row after which nobody tries any more. */
  failuresMax: number;
  /** Rest after that, in milliseconds; twice as long after each further failure. */
  restMs: { first: number; last: number };
  /** Milliseconds on a clock that only goes forward. */
  now(): number;
  onChange(isOpen: boolean): void;
};

/**
 * A circuit breaker: while a server is away its callers hear so at once instead of waiting for it one after the other,
 * and it is not kept down by their tries. After a rest one request tries for all.
 */
export function createBreaker({ failuresMax, restMs, now, onChange }: Deps) {
  let failureCount = 0;
  let openUntil: number | null = null;
  let rest = restMs.first;
  let isTrying = false;

  /** Milliseconds until somebody may try; null where everybody may. */
  function refusalMs(): number | null {
    if (openUntil === null) return null;
    const leftMs = openUntil - now();
    if (leftMs > 0) return leftMs;
    return isTrying ? restMs.first : null;
  }

  return {
    get isOpen() {
      return openUntil !== null;
    },
    refusalMs,
    /** Lets one in, who says how it went; a number of milliseconds instead where nobody may try yet. */
    enter(): number | ((outcome: Outcome) => void) {
      const waitMs = refusalMs();
      if (waitMs !== null) return waitMs;
      const isTrial = openUntil !== null;
      isTrying ||= isTrial;
      return (outcome) => {
        if (isTrial) isTrying = false;
        if (outcome === 'success') {
          failureCount = 0;
          rest = restMs.first;
          if (openUntil === null) return;
          openUntil = null;
          onChange(false);
        } else if (outcome === 'failure') {
          failureCount++;
          // Those who were under way when it opened add nothing new.
          if (openUntil === null ? failureCount < failuresMax : !isTrial) return;
          if (isTrial) rest = Math.min(rest * 2, restMs.last);
          const wasOpen = openUntil !== null;
          openUntil = now() + rest;
          if (!wasOpen) onChange(true);
        }
      };
    },
    /** The server was seen to be well: the next request may try now. */
    hasten(): void {
      if (openUntil !== null) openUntil = Math.min(openUntil, now());
    },
  };
}
