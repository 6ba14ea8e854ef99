import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { closeOf } from '../../harness/close-of.ts';

export type Frame = {
  opcode: number;
  payload?: Buffer | string;
  /** By default the last of its message, masked, with no extension, and as long as it says. */
  isLast?: boolean;
  isMasked?: boolean;
  reserved?: number;
  length?: number | bigint;
};

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** The bytes of one frame, however wrong. */
export function frameBytes({
  opcode,
  payload = '',
  isLast = true,
  isMasked = true,
  reserved = 0,
  length,
}: Frame): Buffer {
  const body = Buffer.from(payload);
  const size = length ?? body.length;
  const extended = size < 126 ? Buffer.alloc(0) : Buffer.alloc(size < 65_536 ? 2 : 8);
  if (extended.length === 2) extended.writeUInt16BE(Number(size));
  if (extended.length === 8) extended.writeBigUInt64BE(BigInt(size));
  const first = (isLast ? 0x80 : 0) | ((reserved & 7) << 4) | (opcode & 15);
  const short = size < 126 ? Number(size) : extended.length === 2 ? 126 : 127;
  const head = Buffer.concat([Buffer.from([first, (isMasked ? 0x80 : 0) | short]), extended]);
  if (!isMasked) return Buffer.concat([head, body]);
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, body.map((byte, index) => byte ^ mask[index % 4]!)]);
}

type Told = { code: number; reason: string };

/** The close frame among what was heard. */
function closeIn(heard: Buffer): Told | null {
  const start = heard.indexOf('\r\n\r\n') + 4;
  for (let at = start; start >= 4 && at + 2 <= heard.length;) {
    const short = heard[at + 1]! & 127;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (at + head > heard.length) return null;
    const long = short === 126 ? heard.readUInt16BE(at + 2) : short === 127 ? heard.readBigUInt64BE(at + 2) : short;
    const body = heard.subarray(at + head, at + head + Number(long));
    if ((heard[at]! & 15) === opcodes.close && body.length === Number(long)) {
      return { code: body.length < 2 ? 1005 : body.readUInt16BE(0), reason: body.subarray(2).toString() };
    }
    at += head + Number(long);
  }
  return null;
}

/** A WebSocket of bytes: what no library would send. */
export async function openFrames({ port }: { port: number }, protocol = 'graphql-transport-ws') {
  const socket = connect(port, '127.0.0.1');
  let heard: Buffer = Buffer.alloc(0);
  socket.on('data', (piece: Buffer) => (heard = Buffer.concat([heard, piece])));
  const closed = closeOf(socket);
  await once(socket, 'connect');
  socket.write(
    [
      'GET /graphql HTTP/1.1',
      'host: 127.0.0.1',
      'connection: Upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      `sec-websocket-key: ${randomBytes(16).toString('base64')}`,
      `sec-websocket-protocol: ${protocol}`,
      '',
      '',
    ].join('\r\n'),
  );
  return {
    socket,
    closed,
    write: (bytes: Buffer) => void (socket.writable && socket.write(bytes)),
    send: (frame: Frame) => void (socket.writable && socket.write(frameBytes(frame))),
    /** How it was closed, once it is; null when it was without a word. */
    async closing(): Promise<Told | null> {
      const told = new Promise<void>((resolve) => {
        const look = () => closeIn(heard) && resolve();
        socket.on('data', look);
        look();
      });
      await Promise.race([told, closed]);
      socket.destroy();
      return closeIn(heard);
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}
