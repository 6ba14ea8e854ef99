import type { IncomingHttpHeaders } from 'node:http';

/** What pages of others may send along. */
const allowedHeaders =
  'authorization, content-type, x-request-id, x-csrf-token, idempotency-key, last-event-id, x-graphql-event-stream-token';

export type Cors = ReturnType<typeof createCors>;

/** Which pages of other origins may read our answers, cookies included. None, unless they are listed one by one. */
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
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'x-request-id, retry-after, ratelimit, ratelimit-policy, idempotent-replayed',
      };
    },

    /** Headers for the answer to OPTIONS. `methods` as in `GET, POST`. */
    preflightFor(headers: IncomingHttpHeaders, methods: string): Record<string, string> {
      const cors = this.headersFor(headers);
      const allow = `${methods}, OPTIONS`;
      if (!('access-control-allow-origin' in cors)) return { ...cors, allow };
      return {
        ...cors,
        allow,
        'access-control-allow-methods': methods,
        'access-control-allow-headers': allowedHeaders,
        'access-control-max-age': '600',
      };
    },
  };
}
