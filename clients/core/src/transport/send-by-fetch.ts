import { ConfigurationError, ConnectionError, ResponseInvalidError } from '../errors/connection-errors.ts';
import { SightlineError } from '../errors/sightline-error.ts';
import type { Send, WireAnswer } from './transport.ts';

/** Requests over HTTP, as `fetch` makes them. */
export function sendByFetch(send: typeof fetch): Send {
  return async ({ url, method, headers, body, maxResponseBytes }, signal) => {
    try {
      const streams = body instanceof ReadableStream ? { duplex: 'half' } : {};
      // What is only read may be elsewhere.
      const redirect = method === 'GET' ? 'follow' : 'manual';
      const response = await send(url, { method, headers, body, signal, redirect, ...streams });
      requireHere(response);
      return await readAnswerOf(response, maxResponseBytes);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SightlineError) throw error;
      requireSendable(headers);
      throw new ConnectionError(`${new URL(url).origin} cannot be reached${reasonOf(error)}.`, { cause: error });
    }
  };
}

/** What is sent may hold a password: it goes to whom it was meant for, or nowhere. Pages are told of a redirect as of status 0. */
export function requireHere({ status }: Response): void {
  if (!status || (status > 300 && status < 400))
    throw new ResponseInvalidError('The answer is a redirect. Is baseUrl right?');
}

export const maxResponseBytesDefault = 64 * 1024 * 1024;

/** The whole answer, counted as it comes: what it says of its length need not be so, nor is that its length once unpacked. Throws ResponseInvalidError. */
export async function readAnswerOf(
  response: Response,
  maxResponseBytes = maxResponseBytesDefault,
): Promise<WireAnswer> {
  const { status, headers, body } = response;
  const pieces: BlobPart[] = [];
  let size = 0;
  const reader = body?.getReader();
  for (let piece; (piece = (await reader?.read())?.value); pieces.push(piece)) {
    size += piece.length;
    if (size <= maxResponseBytes) continue;
    void reader?.cancel().catch(() => {});
    const hint = 'Allow more `maxResponseBytes`.';
    throw new ResponseInvalidError('The answer is too long.', { status, details: { maxResponseBytes }, hint });
  }
  // Some runtimes give no stream of it.
  const whole = body ? new Blob(pieces) : response;
  return { status, headers, bytes: new Uint8Array(await whole.arrayBuffer()) };
}

/** fetch would say what is in a header it cannot send, and that may be a token. */
function requireSendable(headers: Readonly<Record<string, string>>): void {
  try {
    new Headers(headers);
  } catch {
    throw new ConfigurationError('A header has characters that cannot be sent.');
  }
}

/** Node hides why a fetch failed in `cause`. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = (cause as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? ` (${code})` : '';
}
