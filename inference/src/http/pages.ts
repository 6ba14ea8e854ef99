import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What pages may send along, and which of our headers they may read. */
const allowedHeaders = 'authorization, content-type, x-call-id, x-csrf-token, x-request-id';
const exposedHeaders = 'x-request-id, x-cache, x-redactions, retry-after, ratelimit, ratelimit-policy';

/** Where our server keeps the access token of a page: browsers give it to every port of that host, and to no other host. */
const accessCookie = '__Host-sightline-access';

/**
 * Lets pages of these origins, and of no others, ask and read answers, with the cookies of whoever looks at them. A cookie
 * counts only with the header that pages of other sites cannot set: a browser would ask us first, and be refused.
 */
export function registerPages(app: FastifyInstance, origins: readonly string[]): void {
  const allowed = new Set(origins);
  if (allowed.size === 0) return;

  app.addHook('onRequest', (request, reply, done) => {
    const { headers } = request;
    const isOurs = headers.origin !== undefined && allowed.has(headers.origin);
    if (isOurs) {
      void reply.headers({
        'access-control-allow-origin': headers.origin,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': exposedHeaders,
      });
    }
    if (request.method === 'OPTIONS' && headers['access-control-request-method'] !== undefined) {
      if (isOurs) {
        void reply.headers({
          'access-control-allow-methods': 'GET, POST',
          'access-control-allow-headers': allowedHeaders,
          'access-control-max-age': '600',
        });
      }
      void reply.header('vary', 'origin').status(204).send();
      return;
    }
    // A page asks its own site without saying where it is, where it only reads.
    const isOwnSite = headers.origin === undefined && headers['sec-fetch-site'] === 'same-origin';
    if (isOurs || isOwnSite) believeCookie(request);
    done();
  });

  app.addHook('onSend', (_request, reply, _payload, done) => {
    const { vary } = reply.getHeaders();
    if (!/\borigin\b/.test(String(vary))) void reply.header('vary', vary ? `${String(vary)}, origin` : 'origin');
    done();
  });
}

/** Puts the token of the cookie where callers have theirs, unless the request has one already. */
function believeCookie({ headers }: FastifyRequest): void {
  if (headers.authorization !== undefined || !headers['x-csrf-token']) return;
  const named = (headers.cookie ?? '').split(';').map((part) => part.trim().split('=', 2));
  const tokens = named.filter(([name]) => name === accessCookie).map(([, value]) => value);
  // No browser names one twice.
  if (tokens.length === 1 && tokens[0]) headers.authorization = `Bearer ${tokens[0]}`;
}
