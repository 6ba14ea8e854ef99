import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/**
 * Stands before a server and loses its next answers: the whole request arrives, and when the server begins to answer, some of
 * its bytes come through at most and the connection is gone.
 */
export async function startLosingProxy(
  target: URL,
): Promise<AsyncDisposable & { url: string; lose(count: number): void; lost(): number }> {
  let toLose = 0;
  let lost = 0;
  const server = createServer((near) => {
    const far = connect({ host: target.hostname, port: Number(target.port) });
    const end = () => [near, far].forEach((socket) => socket.destroy());
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
    near.pipe(far);
    far.on('data', (chunk: Buffer) => {
      if (toLose === 0) return void near.write(chunk);
      toLose -= 1;
      lost += 1;
      // Nothing, a part of the head, or a part of the body: a client cannot know what the rest would have been.
      near.write(chunk.subarray(0, [0, 20, chunk.length - 5][lost % 3]), end);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lose: (count) => void (toLose = count),
    lost: () => lost,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}
