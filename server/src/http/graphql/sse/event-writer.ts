import type { ServerResponse } from 'node:http';
import type { GraphqlLimits } from '../limits.ts';
import type { Chunk } from './frames.ts';
import type { Backlog } from '../send.ts';

/** One answer that goes on: server-sent events to one reader, no faster than the reader takes them. */
export type EventWriter = {
  readonly isClosed: boolean;
  /** Writes what `frames.ts` makes. The promise resolves when the next may come, or nobody is there any more. */
  write(text: string): void | Promise<void>;
  /** Writes what others are told, too. False: nothing more may come before `drained`. */
  writeChunk(chunk: Chunk): boolean;
  /** Resolves when there is room again, or nobody is there any more. */
  drained(): void | Promise<void>;
  /** Ends it after a last word. */
  end(text?: string): void;
};

type Deps = {
  limits: Pick<GraphqlLimits, 'streamPingMs' | 'streamStallMs'>;
  /** What others have not sent counts along. */
  backlog: Backlog;
};
type Answer = {
  res: ServerResponse;
  status?: number;
  headers: Readonly<Record<string, string>>;
  farewell: () => string;
};
type Opened = Parameters<Backlog['note']>[0] & {
  res: ServerResponse;
  farewell: () => string;
  writtenAt: number;
  stalledAt: number | null;
};

/** How long a reader that takes nothing gets to read why it was given up. */
const farewellMs = 5_000;
/** And one whose unsent bytes are needed for others. */
const hurriedFarewellMs = 500;
/** Probes of the network come before the next comment, or unread bytes would put them off. Then ten, a second apart. */
const probeShare = 0.5;

/**
 * Keeps streams of events alive that have nothing to say, and ends those whose readers take nothing. Only what the kernel
 * holds and one event are buffered for each: the source of the next is asked when the last is gone.
 */
export function createEventWriters({ limits, backlog }: Deps) {
  const { streamPingMs, streamStallMs } = limits;
  const opened = new Set<Opened>();
  const beatMs = Math.min(streamPingMs, streamStallMs) / 4;
  const heartbeat = setInterval(beat, beatMs).unref();

  function beat(): void {
    const now = performance.now();
    for (const one of opened) {
      if (one.stalledAt !== null) {
        if (now - one.stalledAt >= streamStallMs - beatMs) giveUp(one);
      } else if (now - one.writtenAt >= streamPingMs - beatMs) {
        one.writtenAt = now;
        one.res.write(':\n\n');
      }
    }
  }

  function giveUp(one: Opened, timeoutMs = farewellMs): void {
    if (!opened.delete(one)) return;
    one.res.end(one.farewell());
    setTimeout(() => one.res.destroy(), timeoutMs).unref();
  }

  return {
    /**
     * Begins an answer: from here on its reader knows that the server listens. `farewell` makes the last word to a reader
     * that takes nothing.
     */
    open({ res, status = 200, headers, farewell }: Answer): EventWriter {
      const one: Opened = {
        ...{ res, farewell, writtenAt: performance.now(), stalledAt: null },
        bytes: () => res.writableLength,
        shed: () => giveUp(one, hurriedFarewellMs),
      };
      let drained: Promise<void> | null = null;
      opened.add(one);
      res.socket?.setKeepAlive(true, streamPingMs * probeShare);
      res.once('close', () => {
        opened.delete(one);
        backlog.forget(one);
      });
      res.on('error', () => undefined); // it closes then
      res.writeHead(status, {
        ...headers,
        'content-type': 'text/event-stream',
        'x-accel-buffering': 'no', // proxies would wait for more
      });
      res.write(':\n\n');
      const isClosed = () => res.destroyed || res.writableEnded;

      function drain(): Promise<void> {
        return (drained ??= new Promise<void>((resolve) => {
          const { socket } = res;
          const goOn = () => {
            res.off('drain', goOn).off('close', goOn);
            socket?.off('drain', goOn);
            one.stalledAt = null;
            drained = null;
            resolve();
          };
          res.on('drain', goOn).on('close', goOn);
          socket?.on('drain', goOn);
        }));
      }

      /** The kernel did not take it all. */
      function fall(): void {
        one.stalledAt ??= performance.now();
        void drain();
        backlog.note(one);
      }

      return {
        get isClosed() {
          return isClosed();
        },
        write(text) {
          if (isClosed()) return;
          one.writtenAt = performance.now();
          if (res.write(text)) return;
          fall();
          return drain();
        },
        writeChunk(chunk) {
          const { socket } = res;
          if (isClosed()) return true;
          one.writtenAt = performance.now();
          // As the answer would do it, in one piece: what it has written before is in the socket already, once it has one.
          const isDirect = socket !== null && res.chunkedEncoding;
          if (isDirect ? socket.write(chunk.framed) : res.write(chunk.plain)) return true;
          fall();
          return false;
        },
        drained: () => drained ?? undefined,
        end(text = '') {
          opened.delete(one);
          if (!isClosed()) res.end(text);
        },
      };
    },

    stop: () => clearInterval(heartbeat),
  };
}
