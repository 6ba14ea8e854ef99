import { createServer, request } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export type ProxyWithoutUpgrades = AsyncDisposable & {
  url: string;
  /** WebSockets that were asked for and not let through. */
  readonly refused: number;
};

/** A proxy as some companies have it: HTTP passes, streams too, and nothing becomes a WebSocket. */
export async function startProxyWithoutUpgrades(target: string): Promise<ProxyWithoutUpgrades> {
  let refused = 0;
  const server = createServer((asked, answer) => {
    const { method, url, headers } = asked;
    const passed = request(`${target}${url}`, { method, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    answer.on('close', () => passed.destroy());
    asked.pipe(passed);
  });
  server.on('upgrade', (_request, socket) => {
    refused += 1;
    socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get refused() {
      return refused;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
