import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { until } from '../../harness/until.ts';

export type Asked = { headers: IncomingHttpHeaders; after: string | null; answer: ServerResponse };

/** A server that keeps streams of events open and writes what a test says, in whichever pieces. It has no WebSocket. */
export async function startFakeStream() {
  const asked: Asked[] = [];
  let openCount = 0;
  let refuse: { status: number; body: unknown; headers: OutgoingHttpHeaders } | null = null;
  const upgrades = { count: 0, hang: false };
  const hanging = new Set<Duplex>();

  const server = createServer(async (request, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { variables } = JSON.parse(Buffer.concat(chunks).toString()) as { variables: { after?: string } };
    asked.push({ headers: request.headers, after: variables.after ?? null, answer });
    if (refuse) {
      answer.writeHead(refuse.status, {
        'content-type': 'application/json',
        'x-request-id': 'r-1',
        ...refuse.headers,
      });
      return answer.end(JSON.stringify(refuse.body));
    }
    openCount += 1;
    answer.once('close', () => (openCount -= 1));
    answer.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    if (!fake.isMute) answer.write(':\n\n');
    else answer.flushHeaders();
  });
  server.on('upgrade', (_request, socket) => {
    upgrades.count += 1;
    socket.on('error', () => undefined);
    if (upgrades.hang) hanging.add(socket);
    else socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const fake = {
    /** Says nothing from now on, as a stream does that is held back on its way. */
    isMute: false,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    upgrades,
    openCount: () => openCount,
    refuse: (status: number, body: unknown, headers: OutgoingHttpHeaders = {}) =>
      void (refuse = { status, body, headers }),
    /** The stream that was opened as the `count`-th. */
    async stream(count: number): Promise<ServerResponse> {
      await until(() => asked.length >= count);
      return asked[count - 1]!.answer;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of hanging) socket.destroy();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return fake;
}

/** An event of the feed as the server writes it. */
export const frameOf = (seq: number) =>
  `event: next\nid: ${seq}\ndata: ${JSON.stringify({ data: { eventFeed: { __typename: 'Event', seq, cursor: String(seq) } } })}\n\n`;

export const errorFrame = (code: string, retryable: boolean) =>
  `event: next\ndata: ${JSON.stringify({ errors: [{ message: 'No.', extensions: { code, retryable } }] })}\n\nevent: complete\ndata: \n\n`;
