import { Server } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Ends the taking of new work without failing any that is under way. */
export type Drain = {
  /** Aborts when draining begins: for work that has no end of its own. */
  readonly signal: AbortSignal;
  /** Resolves when every request is answered and every connection gone; after `msMax` milliseconds it cuts those left. */
  begin(msMax: number): Promise<void>;
};

/** Requests under way get this long to finish, in milliseconds, whichever way they came. */
export const drainMsMax = 12_000;

/** Of connections, whoever holds them. */
type Closing = { closeIdle(): void; closeAll(): void };

const lookMs = 20;
/**
 * A request may be on its way on a connection that looks idle from here. A clock would count what we were busy for, too,
 * while that request lay there unread.
 */
const idleLookCount = 10;

/**
 * Nobody new gets in, every answer tells its connection to go, and whatever comes in on one before that is served. A
 * connection is only closed from here once nothing has come in on it for a while.
 */
export function registerDrain(app: FastifyInstance, { closeIdle, closeAll }: Closing): Drain {
  const controller = new AbortController();
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (controller.signal.aborted) void reply.header('connection', 'close');
    done();
  });

  return {
    signal: controller.signal,
    async begin(msMax) {
      controller.abort(new DOMException('The sidecar is shutting down.', 'AbortError'));
      const { server } = app;
      if (!server.listening) return;
      // That of HTTP would also close the connections that look idle, with what is on its way to us.
      Server.prototype.close.call(server);
      const startedAt = performance.now();
      for (let lookCount = 0; ; lookCount++) {
        const elapsedMs = performance.now() - startedAt;
        if (lookCount > idleLookCount) closeIdle();
        if ((await connectionCount(server)) === 0) return;
        // Whoever is still there does not take its answer.
        if (elapsedMs > msMax) return closeAll();
        await new Promise((resolve) => setTimeout(resolve, lookMs));
        // What came in meanwhile is read between the two.
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

function connectionCount(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
