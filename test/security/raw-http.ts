import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { closeOf } from '../harness/close-of.ts';

export type RawAnswer = { status: number; headers: Map<string, string>; body: string; text: string };

/** A connection that says exactly what it is told to, and keeps what it hears until it is closed. */
export async function openRaw({ url }: { url: string }) {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect(Number(port), hostname);
  const openedAt = performance.now();
  let text = '';
  socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
  socket.on('error', () => undefined);
  const openedFor = closeOf(socket).then(() => performance.now() - openedAt);
  await once(socket, 'connect');
  return {
    socket,
    /** Resolves to the milliseconds it was open for. */
    closed: openedFor,
    send: (what: string) => void socket.write(what, 'latin1'),
    /** What came, once it is closed. */
    answer: async (): Promise<RawAnswer> => {
      await openedFor;
      return parse(text);
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** Sends one request whole and reads until the server closes; it is told to. */
export async function rawRequest(server: { url: string }, head: string, body = ''): Promise<RawAnswer> {
  using raw = await openRaw(server);
  raw.send(`${head}\r\n\r\n${body}`);
  return await raw.answer();
}

function parse(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { status: Number(first.split(' ')[1] ?? 0), headers, body: rest.join('\r\n\r\n'), text };
}
