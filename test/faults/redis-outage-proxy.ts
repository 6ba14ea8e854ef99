import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Stands before a Redis and takes it away in other ways than by ending it, always on the same port. */
export async function startRedisProxy(redisUrl: string) {
  const target = Number(new URL(redisUrl).port);
  const near = new Set<Socket>();
  let swallowed = '';
  let isSilent = false;
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;

  function serve(socket: Socket): void {
    near.add(socket);
    const far = connect({ host: '127.0.0.1', port: target });
    for (const each of [socket, far]) each.on('error', () => undefined);
    socket.on('close', () => {
      near.delete(socket);
      far.destroy();
    });
    far.on('close', () => socket.destroy());
    socket.on('data', (bytes) => {
      if (isSilent) swallowed += bytes.toString('latin1');
      else far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (!isSilent) socket.write(bytes);
    });
  }

  async function listen(at: number): Promise<Server> {
    const listening = createServer({ noDelay: true }, serve).listen(at, '127.0.0.1');
    await once(listening, 'listening');
    return listening;
  }

  const cut = () => near.forEach((socket) => socket.destroy());
  return {
    url: `redis://127.0.0.1:${port}`,
    /** How many commands of this name were asked of a Redis that did not answer. */
    asked: (name: string) => swallowed.split(`\r\n${name}\r\n`).length - 1,
    /** Connections are taken, and stay; nothing is ever answered. */
    fallSilent(): void {
      isSilent = true;
    },
    /** Nobody listens there any more. */
    async close(): Promise<void> {
      server.close();
      cut();
      await once(server, 'close');
    },
    /** Somebody does, again. */
    async open(): Promise<void> {
      server = await listen(port);
    },
    /** Whoever listens answers; connections that were silent are ended. */
    speak(): void {
      isSilent = false;
      cut();
    },
    async [Symbol.asyncDispose]() {
      server.close();
      cut();
    },
  };
}
