import { AbortError } from '../errors/connection-errors.ts';

/** Items as they come, for one reader. Breaking out of the loop, `close()` and `await using` all end it on the server too. */
export type Stream<T> = AsyncIterableIterator<T, void, undefined> & {
  close(): Promise<void>;
  return(): Promise<IteratorResult<T, void>>;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * Gives a generator an end that works at any moment: a plain generator that waits for its next item cannot be closed until
 * that item comes. `start` gets a signal that aborts with the caller's, or when the reader leaves.
 */
export function createStream<T>(
  callerSignal: AbortSignal | undefined,
  start: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
): Stream<T> {
  const controller = new AbortController();
  const onAbort = () => controller.abort(new AbortError({ cause: callerSignal?.reason }));
  if (callerSignal?.aborted) onAbort();
  callerSignal?.addEventListener('abort', onAbort, { once: true });
  let left = false;
  const items = start(controller.signal);
  const over: IteratorResult<T, void> = { done: true, value: undefined };

  async function close(): Promise<void> {
    left = true;
    callerSignal?.removeEventListener('abort', onAbort);
    controller.abort(new AbortError());
    await items.return().catch(() => {});
  }

  return {
    async next() {
      try {
        const step = await items.next();
        if (step.done) await close();
        return step;
      } catch (error) {
        if (left) return over;
        await close();
        throw error;
      }
    },
    async return() {
      await close();
      return over;
    },
    close,
    [Symbol.asyncDispose]: close,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
