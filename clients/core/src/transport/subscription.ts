import { AbortError } from '../errors/connection-errors.ts';
import type { SightlineError } from '../errors/sightline-error.ts';
import type { Settings } from '../options.ts';
import { wordsFor } from './document.ts';
import type { TypedDocument } from './document.ts';
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
) => AsyncGenerator<Result, Ending, undefined>;

// Enough for a burst. Beyond it the subscription ends: whoever can resume reads on when there is room again.
const bufferSize = 1_000;

/**
 * One subscription, with no resuming: yields what arrives and returns why it ended. Leaving early unsubscribes.
 * Throws AbortError when `signal` aborts.
 */
export function createSubscribe(live: Live, { documents }: Pick<Settings, 'documents'>): Subscribe {
  return async function* <Result, Variables extends object>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    signal: AbortSignal,
  ): AsyncGenerator<Result, Ending, undefined> {
    let buffer: Result[] = [];
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
          if (buffer.length === bufferSize) {
            end({ kind: 'overflowed' });
            return unsubscribe();
          }
          buffer.push(data as Result);
          wake();
        },
        end: (error, token) => end(error ? { kind: 'failed', error, token } : { kind: 'completed' }),
      },
    );
    const onAbort = () => wake();
    signal.addEventListener('abort', onAbort);
    try {
      for (;;) {
        if (signal.aborted)
          throw signal.reason instanceof AbortError ? signal.reason : new AbortError({ cause: signal.reason });
        const items = buffer;
        buffer = [];
        for (const item of items) {
          if (signal.aborted) break;
          yield item;
        }
        if (buffer.length > 0 || signal.aborted) continue;
        if (ending) return ending;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      unsubscribe();
    }
  };
}
