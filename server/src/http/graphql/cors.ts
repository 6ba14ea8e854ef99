import type { IncomingHttpHeaders } from 'node:http';

/** Which pages of other origins may call us. None, unless they are listed. */
export function createCors(allowedOrigins: readonly string[]) {
  const allowed = new Set(allowedOrigins);

  return {
    /** Headers for any answer. `vary` goes out even when nothing is allowed, or a shared cache would mix answers up. */
    headersFor({ origin }: IncomingHttpHeaders): Record<string, string> {
      if (allowed.size === 0) return {};
      if (origin === undefined || !allowed.has(origin)) return { vary: 'origin' };
      return {
        vary: 'origin',
        'access-control-allow-origin': origin,
        'access-control-expose-headers': 'x-request-id, retry-after',
      };
    },

    /** Headers for the answer to OPTIONS. */
    preflightFor(headers: IncomingHttpHeaders): Record<string, string> {
      const cors = this.headersFor(headers);
      if (!('access-control-allow-origin' in cors)) return { ...cors, allow: 'GET, POST, OPTIONS' };
      return {
        ...cors,
        allow: 'GET, POST, OPTIONS',
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'authorization, content-type, x-request-id, idempotency-key',
        'access-control-max-age': '600',
      };
    },

    /** Whether a page may open a WebSocket: browsers ask nobody before they do. Other programs send no origin. */
    mayConnect({ origin, host }: IncomingHttpHeaders): boolean {
      if (origin === undefined || allowed.has(origin)) return true;
      return URL.canParse(origin) && new URL(origin).host === host;
    },
  };
}
