import type { SightlineError } from '../errors/sightline-error.ts';
import type { Settings } from '../options.ts';
import { wordsFor } from './document.ts';
import type { TypedDocument } from './document.ts';
import { hasFields, notGraphql } from './graphql.ts';
import type { Live } from './transport.ts';

/** How a subscription that the caller did not end came to its end; `token` is what its connection was opened with. */
export type Ending =
  | { kind: 'completed' }
  | { kind: 'overflowed' }
  | { kind: 'failed'; error: SightlineError; token: string | null };

export type Subscribe = <Result, Variables extends object>(
  document: TypedDocument<Result, Variables>,
  variables: Variables,
  signal: AbortSignal,
  /** Told when the server has taken the connection, and when that is over. */
  onConnection?: (isOpen: boolean) => void,
) => AsyncGenerator<Result, Ending, undefined>;

// Enough for a burst. Beyond it the subscription ends: whoever can resume reads on when there is room again.
const bufferSize = 1_000;

/**
 * One subscription, with no resuming: yields what arrives and returns why it ended. Leaving early unsubscribes.
 * Throws the signal's reason when it aborts: a stream's own is an AbortError.
 */
export function createSubscribe(live: Live, { documents }: Pick<Settings, 'documents'>): Subscribe {
  return async function* <Result, Variables extends object>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    signal: AbortSignal,
    onConnection?: (isOpen: boolean) => void,
  ): AsyncGenerator<Result, Ending, undefined> {
    const buffer: Result[] = [];
    let ending: Ending | null = null;
    let wake = () => {};
    const end = (reason: Ending) => {
      ending ??= reason;
      wake();
    };
    const words = await wordsFor(document, documents);
    const unsubscribe = live.subscribe(
      { ...words, variables },
      {
        next(data) {
          if (ending) return;
          const isFull = buffer.length === bufferSize;
          if (!isFull && hasFields(data)) {
            buffer.push(data as Result);
            return wake();
          }
          end(isFull ? { kind: 'overflowed' } : { kind: 'failed', error: notGraphql(), token: null });
          unsubscribe();
        },
        open: () => onConnection?.(true),
        end(error, token) {
          onConnection?.(false);
          end(error ? { kind: 'failed', error, token } : { kind: 'completed' });
        },
      },
    );
    const onAbort = () => wake();
    signal.addEventListener('abort', onAbort);
    try {
      for (;;) {
        signal.throwIfAborted();
        if (buffer.length > 0) yield buffer.shift() as Result;
        else if (ending) return ending;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      unsubscribe();
    }
  };
}
