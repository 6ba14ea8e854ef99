import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Stands where a sidecar posts its batches, so that a test can act between what was recorded and its being confirmed. */
export async function startBatchProxy(target: () => string) {
  let onRecorded: (() => Promise<void>) | null = null;

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '/', headers } = request;
    const answer = await fetch(target() + url, {
      method: 'POST',
      body: new Uint8Array(await buffer(request)),
      headers: {
        authorization: String(headers.authorization),
        'content-type': String(headers['content-type']),
        'x-batch': String(headers['x-batch']),
      },
    });
    const text = await answer.text();
    // The first of an attempt has no frames.
    if (onRecorded && answer.status === 200 && !String(headers['x-batch']).endsWith('.1')) {
      const act = onRecorded;
      onRecorded = null;
      await act();
      response.destroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  }

  const server = createServer((request, response) => {
    response.on('error', () => {});
    forward(request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Runs `work` the next time frames were recorded; the sidecar never learns that they were. */
    whenRecorded(work: () => Promise<void>): Promise<void> {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      onRecorded = () => work().then(resolve, reject);
      return promise;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
