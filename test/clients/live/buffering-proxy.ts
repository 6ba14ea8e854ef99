import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export type BufferingProxy = AsyncDisposable & {
  url: string;
};

/**
 * A proxy that gives answers only once it has them whole, so that nothing of a stream ever comes; with `heads` it tells at once how
 * they begin. WebSockets do not get through.
 */
export async function startBufferingProxy(target: string, { heads }: { heads: boolean }): Promise<BufferingProxy> {
  const server = createServer((asked, answer) => {
    const { method, url, headers } = asked;
    const onward = request(`${target}${url}`, { method, headers }, (got) => {
      if (heads) answer.writeHead(got.statusCode ?? 502, got.headers).flushHeaders();
      const pieces: Buffer[] = [];
      got.on('data', (piece: Buffer) => void pieces.push(piece)).on('error', () => answer.destroy());
      got.once('end', () => {
        if (!heads) answer.writeHead(got.statusCode ?? 502, got.headers);
        answer.end(Buffer.concat(pieces));
      });
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
