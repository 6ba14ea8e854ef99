import type { WebSocket } from 'ws';
import { readsTooSlowly } from './close-reasons.ts';

/** Below this we do not wait for the network: waiting for every message would halve the throughput. */
const comfortableBytes = 64 * 1024;
/** How long a reader that is too slow gets to notice that it was closed. */
const farewellMs = 5000;

/**
 * Sends with backpressure: the promise resolves when the next message may come. A socket with more than `mostBytes`
 * unsent is closed with 1013 and `onSlow` is called once; its reader can come back and resume by cursor.
 */
export function createSend(socket: WebSocket, mostBytes: number, onSlow: () => void) {
  return function send(data: string): void | Promise<void> {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > mostBytes) {
      onSlow();
      socket.close(...readsTooSlowly);
      setTimeout(() => socket.terminate(), farewellMs).unref();
      return;
    }
    if (socket.bufferedAmount < comfortableBytes) return socket.send(data);
    // An error closes the socket, and that ends what runs on it.
    return new Promise((resolve) => socket.send(data, () => resolve()));
  };
}
