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
  4403: { code: 'FORBIDDEN', message: 'The server refused the connection.', retryable: false },
  4406: { code: 'BAD_REQUEST', message: 'The server does not speak graphql-transport-ws.', retryable: false },
  4429: { code: 'RATE_LIMITED', message: 'There are too many connections.', retryable: true },
};

/** The error behind a close event, or behind whatever else a WebSocket fails with. */
export function errorOfClose(failure: unknown): SightlineError {
  const { code: closeCode = null, reason, message } = (failure ?? {}) as Record<string, unknown>;
  const details = { closeCode, closeReason: textOf(reason) };
  const meaning = typeof closeCode === 'number' ? meanings[closeCode] : undefined;
  if (!meaning) {
    const why = (textOf(reason) || textOf(message)).replace(/\.$/, '');
    return new ConnectionError(`The connection was lost${why && ` (${why})`}.`, { cause: failure, details });
  }
  // Our server gives its own code as the reason, which is more exact than the number.
  const code = /^[A-Z]+(_[A-Z]+)*$/.test(details.closeReason) ? details.closeReason : meaning.code;
  return chooseError(meaning.message, { code, retryable: meaning.retryable, cause: failure, details });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
