import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webhooks } from '@sightline/core';
import type { WebhookMessage } from '@sightline/core';

/** Somebody who takes webhooks, as the documentation says; the first answer is that it could not. */
export async function startTaker(secret: string) {
  const taken: WebhookMessage[] = [];
  let asked = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked += 1;
    try {
      const message = await webhooks.verify(Buffer.concat(chunks), request.headers, secret);
      if (asked === 1) return void response.writeHead(503).end();
      taken.push(message);
      response.writeHead(204).end();
    } catch {
      response.writeHead(400).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
  return { url, taken, [Symbol.dispose]: () => void server.close() };
}
