import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** Stands between sidecar and server, so that a test can act between what the server recorded and its being confirmed. */
export async function startUsageProxy(target: () => string) {
  let onRecorded: (() => Promise<void>) | null = null;
  let unconfirmedCount = 0;

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const { method = 'GET', url = '/', headers } = request;
    const body = method === 'GET' ? null : new Uint8Array(await buffer(request));
    const answer = await fetch(target() + url, {
      method,
      body,
      headers: {
        authorization: headers.authorization ?? '',
        ...(body && { 'content-type': 'application/json' }),
      },
      signal: gone.signal,
    });
    if (url === '/internal/usage' && onRecorded && (await answer.clone().text()) !== '{"recorded":0}') {
      const act = onRecorded;
      onRecorded = null;
      unconfirmedCount++;
      await act();
      response.destroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
    if (answer.body) await pipeline(answer.body, response);
    else response.end();
  }

  const server = createServer((request, response) => {
    response.on('error', () => {});
    forward(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Runs `work` the next time something was recorded; the sidecar never learns that it was. */
    whenRecorded(work: () => Promise<void>): Promise<void> {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      onRecorded = () => work().then(resolve, reject);
      return promise;
    },
    /** How often something was recorded without being confirmed. */
    unconfirmed: () => unconfirmedCount,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
