import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

export type Readers = Disposable & {
  /** Resolves when they have got that many results together since they were opened. */
  reached(results: number): Promise<void>;
};

type Options = {
  url: string;
  count: number;
  /** With a query each subscribes to it as the owner of the token; without one it listens to whatever comes. */
  subscription?: { token: string; query: string };
  /** Called with each result of every `sampled`th reader. */
  onResult?: (text: string) => void;
  sampled?: number;
};

const openedAtOnce = 50;

/** Readers that do as little as they can, so that what serves them is what is measured: they count frames by their headers. */
export async function openReaders({ count, ...options }: Options): Promise<Readers> {
  const sockets: Socket[] = [];
  let results = 0;
  let waiting: { results: number; resolve: () => void } | null = null;
  function onNext(): void {
    results += 1;
    if (!waiting || results < waiting.results) return;
    waiting.resolve();
    waiting = null;
  }
  for (let opened = 0; opened < count; opened += openedAtOnce) {
    const some = Array.from({ length: Math.min(openedAtOnce, count - opened) }, (_, n) =>
      openReader(opened + n, options, onNext),
    );
    sockets.push(...(await Promise.all(some)));
  }
  return {
    reached(wanted) {
      if (results >= wanted) return Promise.resolve();
      return new Promise((resolve) => (waiting = { results: wanted, resolve }));
    },
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Resolves when it will get what comes from now on. */
function openReader(index: number, options: Omit<Options, 'count'>, onNext: () => void): Promise<Socket> {
  const { url, subscription, onResult, sampled = 20 } = options;
  const { hostname, port, pathname } = new URL(url);
  // Several addresses: one has only so many ports.
  const socket = connect({ host: hostname, port: Number(port), localAddress: `127.0.0.${2 + (index % 8)}` });
  socket.on('error', () => undefined);
  const looks = onResult !== undefined && index % sampled === 0;
  return new Promise((resolve, reject) => {
    let rest: Buffer = Buffer.alloc(0);
    let isOpen = false;
    socket.once('close', () => reject(new Error('A reader was closed before it was served.')));
    function onText(text: (most?: number) => string): void {
      const start = text(70);
      if (subscription === undefined || start.includes('"type":"next"')) {
        onNext();
        if (looks) onResult(text());
      } else if (start.startsWith('{"type":"connection_ack"')) {
        socket.write(frameOf({ id: randomUUID(), type: 'subscribe', payload: { query: subscription.query } }));
        socket.write(frameOf({ type: 'ping' }));
      } else if (start.startsWith('{"type":"pong"')) resolve(socket);
      else reject(new Error(text()));
    }
    socket.on('data', (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (!isOpen) {
        const end = rest.indexOf('\r\n\r\n');
        if (end < 0) return;
        isOpen = true;
        rest = rest.subarray(end + 4);
        if (subscription === undefined) resolve(socket);
        else socket.write(frameOf({ type: 'connection_init', payload: authorizationOf(subscription.token) }));
      }
      rest = readFrames(rest, (opcode, text) => {
        if (opcode === 9) socket.write(frameOf(text(), 10));
        else if (opcode === 1) onText(text);
      });
    });
    const protocol = subscription ? 'Sec-WebSocket-Protocol: graphql-transport-ws\r\n' : '';
    socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${protocol}\r\n`,
    );
  });
}

const authorizationOf = (token: string) => ({ authorization: `Bearer ${token}` });

/** What is left after the whole frames. */
function readFrames(bytes: Buffer, onFrame: (opcode: number, text: (most?: number) => string) => void): Buffer {
  let at = 0;
  while (bytes.length >= at + 2) {
    const short = bytes[at + 1]! & 0x7f;
    const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
    if (bytes.length < start) break;
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    if (bytes.length < start + length) break;
    onFrame(bytes[at]! & 0x0f, (most = length) => bytes.toString('utf8', start, start + Math.min(most, length)));
    at = start + length;
  }
  return bytes.subarray(at);
}

/** A frame as clients send them. A mask of zeros leaves the text as it is. */
function frameOf(message: object | string, opcode = 1): Buffer {
  const text = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
  const length = text.length < 126 ? [0x80 | text.length] : [0x80 | 126, text.length >> 8, text.length & 0xff];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...length, 0, 0, 0, 0]), text]);
}
