import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { ReaderOptions } from './reader-socket.ts';

/** What all sockets read into, one after the other. */
const taken = Buffer.alloc(64 * 1024);
const none = Buffer.alloc(0);

/** Reads a stream of server-sent events. Resolves when the server has said that it listens. */
export function openStreamReader(index: number, { url, subscription, onNext }: ReaderOptions): Promise<Socket> {
  const { hostname, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    let rest: Buffer = none;
    let isOpen = false;
    const socket = connect({
      host: hostname,
      port: Number(port),
      // Several addresses: one has only so many ports.
      localAddress: `127.0.0.${2 + (index % 8)}`,
      onread: { buffer: taken, callback: (length) => receive(taken.subarray(0, length)) },
    });
    socket.on('error', () => undefined);
    socket.once('close', () => reject(new Error('A reader was closed before it was served.')));

    function receive(chunk: Buffer): boolean {
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (!isOpen) {
        const end = bytes.indexOf('\r\n\r\n');
        if (end < 0) {
          rest = Buffer.from(bytes);
          return true;
        }
        isOpen = true;
        if (bytes.toString('latin1', 0, 12) === 'HTTP/1.1 200') resolve(socket);
        else reject(new Error(bytes.toString()));
        bytes = bytes.subarray(end + 4);
      }
      const left = readEvents(bytes, onNext);
      rest = left.length === 0 ? none : Buffer.from(left);
      return true;
    }

    const body = subscription ? JSON.stringify({ query: subscription.query }) : '';
    const more = subscription
      ? `Authorization: Bearer ${subscription.token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`
      : '';
    socket.write(
      `${subscription ? 'POST' : 'GET'} ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nAccept: text/event-stream\r\n${more}\r\n${body}`,
    );
  });
}

/** What is left after the whole events. Sizes of chunks stand between events, and are no more looked at than these. */
function readEvents(bytes: Buffer, onNext: ReaderOptions['onNext']): Buffer {
  let at = 0;
  for (;;) {
    const end = bytes.indexOf('\n\n', at);
    if (end < 0) return bytes.subarray(at);
    const start = bytes.indexOf('event: next\n', at);
    if (start >= 0 && start < end) onNext((most = end - start) => bytes.toString('utf8', start, start + most));
    at = end + 2;
  }
}
