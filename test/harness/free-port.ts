import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port for a process that will be killed and started again. Below the range that systems hand out by themselves:
 * from there another test could be given it while nobody listens.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
