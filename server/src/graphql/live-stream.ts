import type { ViewerWatch } from '../domain/identity/viewer-watch.ts';
import type { Viewer } from '../domain/identity/viewer.ts';
import { Progress } from '../shared-source.ts';
import type { Shareable } from '../shared-source.ts';

/** Why a stream ended, as its last value: thrown by the stream itself it would cost the client its whole socket. */
class StreamFailure {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

type Live<T> = AsyncIterableIterator<T | StreamFailure> & {
  /** Where whoever got this item is and can go on from; null where streams have no such place. */
  cursorOf(item: unknown): string | null;
  /** How readers can be served together; null: each by itself. */
  readonly shareable: Shareable | null;
};

/** What can be served to many says how. */
type Source<T> = AsyncIterable<T | Progress> & { shareAs?(key: string): Shareable };

type LiveOptions<T> = {
  viewer: Viewer;
  watch: Pick<ViewerWatch, 'watch'>;
  /** Where whoever got this item is. By default nowhere: the stream cannot be resumed. */
  cursorOf?: (item: T) => string | null;
  /** Opens the source; it ends when `signal` aborts, also in the middle of waiting. */
  open: (signal: AbortSignal) => Promise<Source<T>>;
  /** Readers with the same key may be served together. By default each is served alone. */
  shareKey?: string;
};

/** What a subscription's `subscribe` returns: ends when the client leaves, and when the viewer's sign-in or key ends. */
export async function liveStream<T>({ viewer, watch, cursorOf, open, shareKey }: LiveOptions<T>): Promise<Live<T>> {
  const stop = new AbortController();
  const unwatch = watch.watch(viewer, (error) => stop.abort(error));
  const isEnded = () => stop.signal.aborted && !hasLeft;
  let hasLeft = false;
  let isOver = false;

  function leave(): void {
    hasLeft ||= !stop.signal.aborted;
    isOver = true;
    unwatch();
    stop.abort();
  }

  const source = await open(stop.signal).catch((error: unknown) => {
    leave();
    throw error;
  });
  const items = source[Symbol.asyncIterator]();

  async function step(): Promise<IteratorResult<T | StreamFailure>> {
    try {
      const result = isEnded() ? null : await items.next();
      if (isEnded()) return { done: false, value: new StreamFailure(stop.signal.reason) };
      // What is only progress is never executed, so that nobody asks for its value.
      return result && !result.done ? (result as IteratorResult<T>) : { done: true, value: undefined };
    } catch (error) {
      return { done: false, value: new StreamFailure(isEnded() ? stop.signal.reason : error) };
    }
  }

  const stream: Live<T> = {
    async next() {
      if (isOver) return { done: true, value: undefined };
      const result = await step();
      if (result.done || result.value instanceof StreamFailure) {
        leave();
        await items.return?.();
      }
      return result;
    },
    async return() {
      // Aborted first: a generator that waits would not hear `return` before its wait is over.
      leave();
      await items.return?.();
      return { done: true, value: undefined };
    },
    cursorOf(item) {
      if (item instanceof Progress) return item.cursor;
      return item instanceof StreamFailure ? null : (cursorOf?.(item as T) ?? null);
    },
    shareable: (shareKey !== undefined && source.shareAs?.(shareKey)) || null,
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}

/** How this source's readers can be served together; null: each by itself. */
export function shareableIn(source: object): Shareable | null {
  return 'shareable' in source ? (source as Live<unknown>).shareable : null;
}

/** The place of whoever got `item` of this source; null where it has none. */
export function cursorIn(source: object, item: unknown): string | null {
  return 'cursorOf' in source ? (source as Live<unknown>).cursorOf(item) : null;
}

/** What a subscription's `resolve` starts with. Throws what ended the stream. */
export function liveValue<T>(value: T | StreamFailure): T {
  if (value instanceof StreamFailure) throw value.error;
  return value;
}
