import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a caller may name a request: harmless in a log line and in a header. */
const allowed = /^[A-Za-z0-9._-]{1,64}$/;

/** The caller's `x-request-id` if it is one, otherwise a new id. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && allowed.test(given) ? given : randomUUID();
}
