import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** The text of a message, or its start: made only where somebody looks. */
type Text = (most?: number) => string;

export type ReaderOptions = {
  url: string;
  /** With a query it subscribes to it as the owner of the token; without one it listens to whatever comes. */
  subscription?: { token: string; query: string } | undefined;
  /** Called with each result. */
  onNext: (text: Text) => void;
};

/** What all sockets read into, one after the other: what they got is looked at before the next one reads. */
const taken = Buffer.alloc(64 * 1024);
const none = Buffer.alloc(0);

/** Resolves when it will get what comes from now on. */
export function openReader(index: number, { url, subscription, onNext }: ReaderOptions): Promise<Socket> {
  const { hostname, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    let rest: Buffer = none;
    let isOpen = false;
    let isServed = false;
    const socket = connect({
      host: hostname,
      port: Number(port),
      // Several addresses: one has only so many ports.
      localAddress: `127.0.0.${2 + (index % 8)}`,
      onread: { buffer: taken, callback: (length) => receive(taken.subarray(0, length)) },
    });
    socket.on('error', () => undefined);
    socket.once('close', () => reject(new Error('A reader was closed before it was served.')));
    function serve(): void {
      isServed = true;
      resolve(socket);
    }
    function onText(text: Text): void {
      if (isServed || !subscription) return onNext(text);
      const start = text(70);
      if (start.includes('"type":"next"')) {
        onNext(text);
      } else if (start.startsWith('{"type":"connection_ack"')) {
        socket.write(frameOf({ id: randomUUID(), type: 'subscribe', payload: { query: subscription.query } }));
        socket.write(frameOf({ type: 'ping' }));
      } else if (start.startsWith('{"type":"pong"')) serve();
      else reject(new Error(text()));
    }
    function receive(chunk: Buffer): boolean {
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (!isOpen) {
        const end = bytes.indexOf('\r\n\r\n');
        if (end < 0) {
          rest = Buffer.from(bytes);
          return true;
        }
        isOpen = true;
        bytes = bytes.subarray(end + 4);
        if (subscription === undefined) serve();
        else socket.write(frameOf({ type: 'connection_init', payload: authorizationOf(subscription.token) }));
      }
      const left = readFrames(bytes, (opcode, text) => {
        if (opcode === 9) socket.write(frameOf(text(), 10));
        else if (opcode === 1) onText(text);
      });
      rest = left.length === 0 ? none : Buffer.from(left);
      return true;
    }
    const protocol = subscription ? 'Sec-WebSocket-Protocol: graphql-transport-ws\r\n' : '';
    socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${protocol}\r\n`,
    );
  });
}

const authorizationOf = (token: string) => ({ authorization: `Bearer ${token}` });

/** What is left after the whole frames. */
function readFrames(bytes: Buffer, onFrame: (opcode: number, text: Text) => void): Buffer {
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
