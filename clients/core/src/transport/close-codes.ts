import { chooseError } from '../errors/choose-error.ts';
import { ConnectionError } from '../errors/connection-errors.ts';
import type { SightlineError } from '../errors/sightline-error.ts';

type Meaning = { code: string; message: string; retryable: boolean };

/** What the server says with a close code. Everything else means that the connection broke. */
const meanings: Record<number, Meaning> = {
  4400: { code: 'BAD_REQUEST', message: 'The server did not understand this client.', retryable: false },
  4401: {
    code: 'UNAUTHENTICATED',
    message: 'Sign in again: the token or key is not valid any more.',
    retryable: false,
  },
  4403: {
    code: 'UNAUTHENTICATED',
    message: 'Sign in again: the token or key is not valid any more.',
    retryable: false,
  },
  4406: { code: 'BAD_REQUEST', message: 'The server does not speak graphql-transport-ws.', retryable: false },
  4429: { code: 'RATE_LIMITED', message: 'There are too many connections.', retryable: true },
};

/** The error behind a close event, or behind whatever else a WebSocket fails with. */
export function errorOfClose(failure: unknown): SightlineError {
  const { code, reason, message: text } = (failure ?? {}) as { code?: unknown; reason?: unknown; message?: unknown };
  const meaning = typeof code === 'number' ? meanings[code] : undefined;
  const why = reason || text;
  const said = typeof why === 'string' && why ? ` (${why.replace(/\.$/, '')})` : '';
  if (!meaning)
    return new ConnectionError(`The connection was lost${said}.`, {
      cause: failure,
      details: { closeCode: code ?? null },
    });
  const { message, ...facts } = meaning;
  return chooseError(message, { ...facts, cause: failure, details: { closeCode: code, closeReason: reason ?? '' } });
}
