import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestRefusedError } from '../errors/request-errors.ts';

/** Until when a body has to be here, counted from the end of its head, in milliseconds. */
export const bodyMs = 9_000;
/** How long a caller may go on sending what nobody wants any more, so that it gets to read our answer. */
const drainMs = 900;

type Limits = {
  /** Null: whoever reads the body looks after it. */
  bodyMs: number | null;
};

/**
 * Ends requests whose body does not come: whoever reads it is told so and answers, and the connection goes. The same for a
 * body that nobody waits for, because the answer was given without it. Node itself would wait for minutes.
 */
export function endSlowBody(request: IncomingMessage, response: ServerResponse, limits: Limits): void {
  if (!mayHaveBody(request)) return;
  const timers = new Set<NodeJS.Timeout>();
  const after = (ms: number, act: () => void) => {
    timers.add(setTimeout(() => (request.complete ? undefined : act()), ms));
  };
  const destroy = () => request.destroy();
  if (limits.bodyMs !== null) {
    after(limits.bodyMs, () => {
      if (response.headersSent || request.listenerCount('error') === 0) return destroy();
      response.setHeader('connection', 'close');
      after(drainMs, destroy);
      request.emit('error', new RequestRefusedError('REQUEST_TIMEOUT', 'The request body took too long to arrive.'));
    });
  }
  response.once('finish', () => after(drainMs, destroy));
  request.once('close', () => {
    for (const timer of timers) clearTimeout(timer);
  });
}

function mayHaveBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
