import { ConnectionError } from '../errors/connection-errors.ts';
import type { Send } from './transport.ts';

/** Requests over HTTP, as `fetch` makes them. */
export function sendByFetch(send: typeof fetch): Send {
  return async ({ url, method, headers, body }, signal) => {
    try {
      const streams = body instanceof ReadableStream ? { duplex: 'half' } : {};
      const response = await send(url, { method, headers, body, signal, ...streams });
      const bytes = new Uint8Array(await response.arrayBuffer());
      return { status: response.status, headers: response.headers, bytes };
    } catch (error) {
      signal.throwIfAborted();
      throw new ConnectionError(`${new URL(url).origin} cannot be reached${reasonOf(error)}.`, { cause: error });
    }
  };
}

/** Node hides why a fetch failed in `cause`. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = (cause as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? ` (${code})` : '';
}
