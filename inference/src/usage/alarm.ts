/** Sleeps that end early: when `signal` aborts, and one kind of them when somebody says that there is something to do. */
export function createAlarm(signal: AbortSignal) {
  let end: (() => void) | null = null;
  let isWakeable = false;

  function sleepFor(ms: number, wakeable: boolean): Promise<void> {
    if (signal.aborted || ms <= 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    isWakeable = wakeable;
    const timer = setTimeout(resolve, ms);
    end = () => {
      clearTimeout(timer);
      resolve();
    };
    return promise.finally(() => (end = null));
  }
  signal.addEventListener('abort', () => end?.(), { once: true });

  return {
    sleep: (ms: number): Promise<void> => sleepFor(ms, false),
    /** At most `ms`. */
    sleepUntilWoken: (ms: number): Promise<void> => sleepFor(ms, true),
    wake(): void {
      if (isWakeable) end?.();
    },
  };
}
