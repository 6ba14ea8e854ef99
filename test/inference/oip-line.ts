import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

export type Answer = { status: number; headers: Record<string, string>; body: Buffer };
export type Line = Awaited<ReturnType<typeof openLine>>;

function lineOf(socket: Socket) {
  let received = Buffer.alloc(0);
  let isOver = false;
  let look = () => {};
  socket
    .on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      look();
    })
    .on('error', () => {})
    .on('close', () => {
      isOver = true;
      look();
    });
  async function next(): Promise<Answer> {
    for (;;) {
      const answer = take();
      if (answer) return answer;
      if (isOver) return { status: 0, headers: {}, body: Buffer.alloc(0) };
      await new Promise<void>((resolve) => (look = resolve));
    }
  }
  function take(): Answer | null {
    const end = received.indexOf('\r\n\r\n');
    if (end < 0) return null;
    const [first = '', ...lines] = received.toString('latin1', 0, end).split('\r\n');
    const status = Number(first.split(' ')[1]);
    const found = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const length = Number(found['content-length'] ?? 0);
    if (received.byteLength < end + 4 + length) return null;
    const answer = { status, headers: found, body: received.subarray(end + 4, end + 4 + length) };
    received = received.subarray(end + 4 + length);
    // "Go on" is no answer yet.
    return status === 100 ? take() : answer;
  }
  const write = (bytes: Buffer): Promise<void> =>
    new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve())));
  return {
    socket,
    write,
    next,
    async ask(bytes: Buffer): Promise<Answer> {
      socket.write(bytes);
      return next();
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** A connection that says what comes back on it. It may end its own side and still listen. */
export async function openLine(url: string) {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
  await once(socket.setNoDelay(true), 'connect');
  return lineOf(socket);
}

/** What comes before the body of an inference. */
export function headOf(all: Record<string, string>, model: string): string {
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `POST /v2/models/${model}/infer HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}
