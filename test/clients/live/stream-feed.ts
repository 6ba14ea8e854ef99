import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { frameOf } from './fake-stream.ts';

/** A feed of numbered events over server-sent events: each stream begins behind its cursor, one too early. */
export async function startStreamFeed() {
  let last = 0;
  const streams = new Set<ServerResponse>();
  const server = createServer(async (request, answer) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const { variables } = JSON.parse(Buffer.concat(chunks).toString()) as { variables: { after: string } };
    answer.writeHead(200, { 'content-type': 'text/event-stream' });
    const kept = Array.from({ length: last }, (_, index) => index + 1).slice(Math.max(0, Number(variables.after) - 1));
    answer.write(`:\n\n${kept.map(frameOf).join('')}`);
    streams.add(answer);
    answer.once('close', () => streams.delete(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    append(count: number) {
      for (let each = 0; each < count; each += 1) {
        last += 1;
        for (const answer of streams) answer.write(frameOf(last));
      }
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
