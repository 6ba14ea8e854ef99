import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveSubject } from '../../lib/serve-subject.ts';

/** The least that tells streams of events something by Node's own server: makes a text of an object once, and writes it to all. */
const streams = new Set<ServerResponse>();
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.flushHeaders();
  streams.add(response);
  response.on('close', () => streams.delete(response));
});
const payload = JSON.parse(process.argv[2] ?? '{}') as object;

function publish(): boolean {
  const text = `event: next\ndata: ${JSON.stringify(payload)}\n\n`;
  for (const stream of streams) stream.write(text);
  return true;
}

const url = new Promise<string>((resolve) => {
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
    resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
  );
});
serveSubject(url, { publish });
