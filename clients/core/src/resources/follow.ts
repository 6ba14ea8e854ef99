import type { Parts } from '../base-client.ts';
import { resume } from '../transport/resume.ts';
import { createStream } from '../transport/stream.ts';
import type { Stream } from '../transport/stream.ts';
import type { TypedDocument } from '../transport/document.ts';

export type FollowOptions = { signal?: AbortSignal | undefined };

type Followed<Result, Variables, T> = {
  document: TypedDocument<Result, Variables>;
  variables: Variables;
  read: (result: Result) => T;
  /** Whether nothing can come after this. */
  isLast?: (item: T) => boolean;
};

/**
 * A subscription that tells how things are and needs no place to go on from: after a lost connection it says how they are then.
 * Ends by itself after its last item, and with the caller's signal. Throws what waiting cannot mend.
 */
export function follow<Result, Variables extends object, T>(
  { subscribe, settings, renew }: Pick<Parts, 'subscribe' | 'settings' | 'renew'>,
  { document, variables, read, isLast = () => false }: Followed<Result, Variables, T>,
  { signal: callerSignal }: FollowOptions = {},
): Stream<T> {
  return createStream(callerSignal, async function* (signal) {
    let isOver = false;
    const results = resume({
      open: () => subscribe(document, variables, signal),
      isOver: () => isOver,
      renew,
      policy: settings.reconnect,
      signal,
      logger: settings.logger,
    });
    for await (const result of results) {
      const item = read(result);
      isOver = isLast(item);
      yield item;
      if (isOver) return;
    }
  });
}
