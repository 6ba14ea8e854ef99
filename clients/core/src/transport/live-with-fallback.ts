import type { SightlineError } from '../errors/sightline-error.ts';
import type { Live, LiveRequest, Sink } from './transport.ts';

export type FallbackPolicy = {
  /** How long a socket may take to open, in milliseconds. */
  openWithinMs: number;
  /** After so many that did not open the stream takes over. */
  attempts: number;
};

export const defaultFallbackPolicy: FallbackPolicy = { openWithinMs: 5_000, attempts: 2 };

/**
 * The socket, until it is clear that it does not open here; from then on streams of events, for as long as this lives. A socket that was
 * open once is never given up, and nor is it for a server that nothing reaches: only a stream that did open is kept to. Nobody
 * notices the change, since nothing has arrived by then.
 */
export function liveWithFallback(socket: Live, sse: Live, { policy = defaultFallbackPolicy } = {}): Live {
  let chosen: 'unknown' | 'socket' | 'sse' = 'unknown';
  let failures = 0;
  let isResetting = false;

  function subscribe(request: LiveRequest, sink: Sink): () => void {
    let stop = () => {};
    let isLeft = false;
    let timer: ReturnType<typeof setTimeout> | undefined;

    function go(live: Live, watched: Sink): void {
      stop = live.subscribe(request, watched);
      if (isLeft) stop();
    }

    function overStream(): void {
      let isOpen = false;
      go(sse, {
        ...sink,
        open() {
          isOpen = true;
          if (chosen === 'unknown') chosen = 'sse';
          sink.open?.();
        },
        end(error, token) {
          // It gets through no more, or never did: the next one tries the socket again.
          if (!isOpen && chosen !== 'socket') {
            chosen = 'unknown';
            failures = 0;
          }
          sink.end(error, token);
        },
      });
    }

    function overSocket(): void {
      if (chosen === 'unknown') timer = setTimeout(giveUp, policy.openWithinMs);
      try {
        go(socket, {
          next(data) {
            stand();
            sink.next(data);
          },
          open() {
            stand();
            sink.open?.();
          },
          end(error, token) {
            clearTimeout(timer);
            if (!didNotOpen(error)) return sink.end(error, token);
            failures += 1;
            if (failures < policy.attempts) overSocket();
            else overStream();
          },
        });
      } catch {
        // There is no WebSocket in this runtime at all.
        clearTimeout(timer);
        overStream();
      }
    }

    function stand(): void {
      clearTimeout(timer);
      chosen = 'socket';
    }

    function giveUp(): void {
      stop();
      failures = policy.attempts;
      overStream();
    }

    const didNotOpen = (error: SightlineError | null) =>
      chosen === 'unknown' && !isLeft && !isResetting && error?.code === 'CONNECTION_FAILED';

    if (chosen === 'sse' || (chosen === 'unknown' && failures >= policy.attempts)) overStream();
    else overSocket();
    return () => {
      isLeft = true;
      clearTimeout(timer);
      stop();
    };
  }

  return {
    subscribe,
    reset() {
      isResetting = true;
      socket.reset();
      sse.reset();
      isResetting = false;
    },
  };
}
