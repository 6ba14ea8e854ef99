import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { SidecarError } from '../errors.ts';
import { runSpecSchema } from '../contract.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { createDelivery, delivered } from '../session/delivery.ts';
import { encodeMessage, runContentType } from '../session/encode-message.ts';
import type { RunSession } from '../session/run-session.ts';
import type { Callers } from './callers.ts';
import { hangUpSignal } from './hang-up.ts';

type Deps = {
  callers: Callers;
  runSession: RunSession;
  sessionCountMax: number;
  /** A run may take hours; whoever shuts down does not wait for it. The server goes on elsewhere, or later. */
  closing: AbortSignal;
  fetch: typeof globalThis.fetch;
  log: Logger;
  metrics: Metrics;
};

/** A list of a hundred thousand signed links. */
const bodyLimit = 64 * 1024 * 1024;

/**
 * `POST /sessions`: runs pipelines over a source for as long as the server listens. What they see is posted in batches to
 * where `deliver` says, and the answer tells how it goes; without `deliver` the answer tells everything.
 */
export function registerSessions(
  app: FastifyInstance,
  { callers, runSession, sessionCountMax, closing, fetch, log, metrics }: Deps,
): void {
  let openCount = 0;

  app.route({
    method: 'POST',
    url: '/sessions',
    bodyLimit,
    onRequest: async (request) => void (await callers.requireService(request)),
    schema: { hide: true },
    handler: async (request, reply) => {
      const parsed = runSpecSchema.safeParse(request.body);
      if (!parsed.success) {
        const issues = parsed.error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.join('.'), message }));
        throw new SidecarError('INPUT_INVALID', 'This is not a run.', { details: { issues } });
      }
      if (openCount >= sessionCountMax) throw new SidecarError('QUEUE_FULL', 'Too many sessions run here already.');
      const spec = parsed.data;
      // Under the id of the request that started the session, which may be an hour old.
      const runLog = log.child({ requestId: spec.requestId, sessionId: spec.sessionId });
      const signal = AbortSignal.any([hangUpSignal(reply), closing]);
      const messages = counted(runSession(spec, signal, runLog));
      const { deliver, requestId } = spec;
      const answer = deliver
        ? delivered(messages, createDelivery({ deliver, requestId, fetch, signal, log: runLog }))
        : messages;

      openCount++;
      metrics.sessions.inc();
      reply.raw.once('close', () => {
        openCount--;
        metrics.sessions.dec();
      });
      // One message at a time: a frame is read when the socket has taken the one before.
      const stream = Readable.from(encoded(answer), { objectMode: false, highWaterMark: 1 });
      // A connection kept for later would keep a shutdown waiting.
      return reply.type(runContentType).header('connection', 'close').send(stream);
    },
  });

  async function* counted(messages: ReturnType<RunSession>) {
    for await (const message of messages) {
      if (message.type === 'frame') metrics.frames.inc();
      yield message;
    }
  }

  async function* encoded(messages: ReturnType<RunSession>) {
    for await (const message of messages) yield encodeMessage(message);
  }
}
