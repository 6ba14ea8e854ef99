import type { FastifyReply } from 'fastify';

/** Aborts when the caller goes away before the answer is out. */
export function hangUpSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new DOMException('The caller hung up.', 'AbortError'));
  });
  return controller.signal;
}
