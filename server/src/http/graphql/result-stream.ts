import type { Result } from './operations.ts';

/**
 * A result and the place from which its reader can go on, which is not enumerable: it is never part of what is sent.
 * See `isProgress`.
 */
export type StreamedResult = Result & { readonly cursor?: string };

/** The results of a subscription; `stop` ends it from outside, with a last word if given. */
export type ResultStream = AsyncIterableIterator<StreamedResult> & { stop(last?: Result): void };

type Options = {
  map: (event: unknown) => Promise<StreamedResult>;
  /** What the subscriber hears when the source breaks. */
  fail: (error: unknown) => Result;
  /** Called exactly once, whatever ended the stream. */
  onEnd: () => void;
};

export function withCursor(result: Result, cursor: string | null): StreamedResult {
  return cursor === null ? result : Object.defineProperty(result, 'cursor', { value: cursor });
}

/** Nothing came: the reader is only further on. Not to be sent as a result. */
export function isProgress({ data, errors, cursor }: StreamedResult): boolean {
  return cursor !== undefined && data === undefined && errors === undefined;
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Maps events to results, one at a time: the source is asked for the next event when the last result was taken. */
export function createResultStream(source: AsyncIterable<unknown>, { map, fail, onEnd }: Options): ResultStream {
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  let last: Result | undefined;
  let wake: ((result: IteratorResult<StreamedResult>) => void) | undefined;

  function end(): void {
    if (ended) return;
    ended = true;
    onEnd();
    // Not awaited: a generator that waits for its next event answers only after it.
    void Promise.resolve(iterator.return?.()).catch(() => undefined);
  }

  async function pull(): Promise<IteratorResult<StreamedResult>> {
    try {
      const { done: isDone, value } = await iterator.next();
      if (!isDone && !ended) return { done: false, value: await map(value) };
      end();
      return done;
    } catch (error) {
      if (ended) return done;
      end();
      return { done: false, value: fail(error) };
    }
  }

  return {
    next() {
      if (ended) {
        const value = last;
        last = undefined;
        return Promise.resolve(value ? { done: false, value } : done);
      }
      return new Promise((resolve) => {
        wake = (result) => {
          wake = undefined;
          resolve(result);
        };
        void pull().then((result) => wake?.(result));
      });
    },
    return() {
      end();
      wake?.(done);
      return Promise.resolve(done);
    },
    stop(lastResult) {
      if (ended) return;
      end();
      if (!lastResult) return wake?.(done);
      if (wake) wake({ done: false, value: lastResult });
      else last = lastResult;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
