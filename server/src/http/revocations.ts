import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { SignalReader } from '../domain/outbox/signal-reader.ts';
import { serviceOnly } from './service-only.ts';

type Deps = {
  serviceToken: string;
  /** Calls `listener` with the id of each sign-in, key or organization whose access ended or changed. */
  onEnded(listener: (id: string) => void): void;
  signals: SignalReader;
};

/** Instead of an id: what was remembered of anybody is out of date. */
const everybody = '*';

const heartbeatMs = 5_000;
/** Ids are short: who has not read this many bytes of them does not read at all. */
const unreadBytesMax = 1024 * 1024;

/**
 * `GET /internal/revocations`: tells sidecars, for as long as they listen, whose access ended or plan changed, one JSON object a line.
 * What is told while nobody listens is not kept: sidecars remember answers for seconds only.
 */
export function registerRevocations(app: FastifyInstance, { serviceToken, onEnded, signals }: Deps): void {
  const streams = new Set<ServerResponse>();

  function tell(line: object): void {
    const text = `${JSON.stringify(line)}\n`;
    for (const stream of streams) {
      if (stream.writableLength > unreadBytesMax) stream.destroy();
      else stream.write(text);
    }
  }

  onEnded((id) => tell({ ended: id }));
  // Without a sign of life a sidecar could not tell silence from a connection that died.
  const heartbeat = setInterval(() => tell({}), heartbeatMs);
  let stopListening = async (): Promise<void> => {};
  app.addHook('onReady', async () => {
    stopListening = await signals.on('plans.changed', null, () => tell({ ended: everybody }));
  });
  app.addHook('preClose', async () => {
    clearInterval(heartbeat);
    await stopListening();
    for (const stream of streams) stream.end();
  });

  app.get(
    '/internal/revocations',
    { exposeHeadRoute: false, onRequest: serviceOnly(serviceToken) },
    (request, reply) => {
      reply.hijack();
      const { raw } = reply;
      raw.on('error', () => undefined);
      raw.writeHead(200, {
        'content-type': 'application/x-ndjson',
        'cache-control': 'no-store',
        'x-request-id': request.id,
      });
      streams.add(raw);
      raw.once('close', () => streams.delete(raw));
      raw.write('{}\n');
    },
  );
}
