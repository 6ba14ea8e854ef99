import { SidecarError } from '../errors.ts';

type Run<Value> = { value: Promise<Value>; waiting: number; cancel: AbortController };

/**
 * One run for all who want the same at the same time. It goes on for as long as anybody waits for it: whoever leaves
 * takes nothing from the others, and with the last one it is cancelled.
 */
export function createSharedRuns<Value>() {
  const runs = new Map<string, Run<Value>>();

  function begin(key: string, work: (signal: AbortSignal) => Promise<Value>): Run<Value> {
    const cancel = new AbortController();
    const value = work(cancel.signal).finally(() => forget(key, run));
    // Everybody may have left by then.
    value.catch(() => undefined);
    const run: Run<Value> = { value, waiting: 0, cancel };
    runs.set(key, run);
    return run;
  }

  function forget(key: string, run: Run<Value>): void {
    if (runs.get(key) === run) runs.delete(key);
  }

  return {
    /**
     * Throws what the run throws, the reason of `signal`, and DEADLINE_EXCEEDED after `msMax`; null where the run keeps
     * that time itself. `work` must not throw before its promise.
     */
    async join(
      key: string,
      work: (signal: AbortSignal) => Promise<Value>,
      signal: AbortSignal,
      msMax: number | null,
    ): Promise<Value> {
      signal.throwIfAborted();
      const run = runs.get(key) ?? begin(key, work);
      run.waiting++;
      const left = Promise.withResolvers<never>();
      const leave = () => left.reject(signal.reason);
      const giveUp = () => left.reject(new SidecarError('DEADLINE_EXCEEDED', 'The answer was not there in time.'));
      const timer = msMax === null ? null : setTimeout(giveUp, msMax);
      signal.addEventListener('abort', leave, { once: true });
      try {
        return await Promise.race([run.value, left.promise]);
      } finally {
        signal.removeEventListener('abort', leave);
        if (timer) clearTimeout(timer);
        run.waiting--;
        if (run.waiting === 0) {
          // At once: whoever comes now must not wait for a run that is being cancelled.
          forget(key, run);
          run.cancel.abort(signal.reason);
        }
      }
    },
    has: (key: string): boolean => runs.has(key),
  };
}
