import { AbortError, TimeoutError } from '../errors/connection-errors.ts';

type Deadline = { signal: AbortSignal | undefined; timeoutMs: number; requestId: string | null };

/**
 * Runs something that obeys a signal, with the caller's signal and a deadline in one.
 * Rejects with AbortError or TimeoutError even if `run` ignores the signal.
 */
export async function withDeadline<T>(deadline: Deadline, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, timeoutMs, requestId } = deadline;
  const controller = new AbortController();
  const onAbort = () => controller.abort(new AbortError({ requestId, cause: signal?.reason }));
  if (signal?.aborted) onAbort();
  controller.signal.throwIfAborted();
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => controller.abort(new TimeoutError(timeoutMs, { requestId })), timeoutMs);
  try {
    return await unlessAborted(run(controller.signal), controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** A timer that is given more fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Waits, 24 days at most, or rejects with the signal's reason as soon as it aborts. */
export async function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const waited = new Promise<void>((resolve) => (timer = setTimeout(resolve, Math.min(delayMs, longestTimerMs))));
    await unlessAborted(waited, signal);
  } finally {
    clearTimeout(timer);
  }
}

/** What goes on whoever waits for it; rejects with the signal's reason as soon as it aborts. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = () => {};
  try {
    return await new Promise<T>((resolve, reject) => {
      promise.then(resolve, reject);
      onAbort = () => reject(signal.reason);
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
