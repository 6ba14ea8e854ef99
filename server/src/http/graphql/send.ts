import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { readsTooSlowly } from './close-reasons.ts';
import type { Frames } from './fan-out/frames.ts';
import type { Sink } from './fan-out/group.ts';

/** Below this we do not wait for the network: waiting for every message would halve the throughput. */
const comfortableBytes = 64 * 1024;
/** How long a reader that is too slow gets to notice that it was closed. */
const farewellMs = 5000;
/** Longer heads would be copied for every frame: operations with such an id are served alone. */
const longestHead = 256;

export type Writer = ReturnType<typeof createWriter>;
export type Backlog = ReturnType<typeof createBacklog>;

type Waiting = { bytes(): number; shed(): void };

/** What all sockets and streams of a process have not sent: beyond `mostBytes` the fullest are shed, one by one. */
export function createBacklog(mostBytes: number) {
  const waiting = new Set<Waiting>();
  let countedAt = 0;

  return {
    /** A socket that could not send everything at once. */
    note(socket: Waiting): void {
      waiting.add(socket);
      const now = performance.now();
      // Counting costs as much as there are sockets, and a moment changes little.
      if (now - countedAt < 20) return;
      countedAt = now;
      let total = 0;
      for (const each of waiting) {
        const bytes = each.bytes();
        if (bytes === 0) waiting.delete(each);
        total += bytes;
      }
      while (total > mostBytes) {
        const [first, ...others] = waiting;
        if (!first) return;
        const fullest = others.reduce((most, each) => (each.bytes() > most.bytes() ? each : most), first);
        total -= fullest.bytes();
        waiting.delete(fullest);
        fullest.shed();
      }
    },
    forget(socket: Waiting): void {
      waiting.delete(socket);
    },
  };
}

type Deps = {
  socket: WebSocket;
  /** What the socket runs over. Whole frames go there directly: nothing is compressed, so none is ever half sent. */
  connection: Socket;
  backlog: Backlog;
  /** More unsent bytes than this close the socket. */
  mostBytes: number;
  /** So does a reader who takes nothing for so long. */
  stallMs: number;
  /** Called once when it does. */
  onSlow: () => void;
};

/**
 * Everything that is sent to one socket. Who reads too slowly is closed with 1013 and can come back and resume by
 * cursor.
 */
export function createWriter({ socket, connection, backlog, mostBytes, stallMs, onSlow }: Deps) {
  const waiting: Waiting = { bytes: () => socket.bufferedAmount, shed };
  let stall: NodeJS.Timeout | undefined;
  let isGivenUp = false;
  let room: PromiseWithResolvers<void> | null = null;
  connection.on('drain', moved);
  socket.once('close', () => {
    moved();
    backlog.forget(waiting);
  });

  /** Everything is sent, or nobody is left to send it to. */
  function moved(): void {
    clearTimeout(stall);
    stall = undefined;
    room?.resolve();
    room = null;
  }

  function refuse(): void {
    if (socket.readyState !== socket.OPEN) return;
    isGivenUp = true;
    onSlow();
    socket.close(...readsTooSlowly);
    setTimeout(() => socket.terminate(), farewellMs).unref();
  }

  /** What it has not sent is needed at once: it is not waited for until its reader has taken the last word. */
  function shed(): void {
    refuse();
    socket.terminate();
  }

  const taken = () => connection.bytesWritten - connection.writableLength;

  /** Bytes go out in the order in which they were written: slow is not stalled while there are fewer. */
  function watch(takenBefore: number): void {
    stall = setTimeout(() => {
      if (taken() > takenBefore) watch(taken());
      else refuse();
    }, stallMs).unref();
  }

  /** Resolves when everything is sent, or the socket closes. */
  function sent(): Promise<void> | void {
    if (!connection.writableNeedDrain || socket.readyState === socket.CLOSED) return;
    backlog.note(waiting);
    if (!stall) watch(taken());
    room ??= Promise.withResolvers();
    return room.promise;
  }

  return {
    /** Whether its reader has yet to take what was sent: it is late with pongs, too, and given up for that alone. */
    get isBehind() {
      return stall !== undefined || isGivenUp;
    },

    /** Sends with backpressure: the promise resolves when the next message may come. */
    send(data: string): void | Promise<void> {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > mostBytes) return refuse();
      socket.send(data);
      if (socket.bufferedAmount < comfortableBytes) return;
      return sent();
    },

    /** Where frames for one operation go; undefined where it cannot be served with others. */
    sinkOf(id: string): Sink | undefined {
      const head = Buffer.from(`{"id":${JSON.stringify(id)}`);
      if (head.length > longestHead) return undefined;
      return {
        write(frames: Frames): boolean {
          if (socket.readyState !== socket.OPEN || connection.destroyed) return true;
          const hasRoom = connection.write(frames.forSocket(head));
          if (connection.writableLength === 0) return true;
          // The kernel did not take it all: these bytes are this socket's now.
          frames.keep();
          backlog.note(waiting);
          return hasRoom;
        },
        drained: async () => sent(),
      };
    },
  };
}
