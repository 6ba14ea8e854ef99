import { chooseError } from '../errors/choose-error.ts';
import { ConnectionError } from '../errors/connection-errors.ts';
import { textOf } from '../errors/read-errors.ts';
import type { SightlineError } from '../errors/sightline-error.ts';

/** What the server says with a close code. Everything else means that the connection broke. */
const meanings: Record<number, string> = {
  4400: 'BAD_REQUEST',
  4401: 'UNAUTHENTICATED',
  4403: 'FORBIDDEN',
  4406: 'BAD_REQUEST',
  4429: 'RATE_LIMITED',
};

/** The error behind a close event, or behind whatever else a WebSocket fails with. */
export function errorOfClose(failure: unknown): SightlineError {
  const { code: closeCode = null, reason, message } = (failure ?? {}) as Record<string, unknown>;
  const closeReason = textOf(reason) ?? '';
  const facts = { cause: failure, details: { closeCode, closeReason } };
  const meaning = meanings[closeCode as number];
  if (!meaning) {
    const why = (closeReason || (textOf(message) ?? '')).replace(/\.$/, '');
    return new ConnectionError(`The connection was lost${why && ` (${why})`}.`, facts);
  }
  // Our server gives its own code as the reason, which is more exact than the number.
  const code = /^[A-Z]+(_[A-Z]+)*$/.test(closeReason) ? closeReason : meaning;
  return chooseError(`The server refused the connection (${code}).`, { ...facts, code, retryable: closeCode === 4429 });
}
