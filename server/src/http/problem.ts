import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { errorCodes } from '../errors/codes.ts';
import type { ErrorCode } from '../errors/codes.ts';
import { describeError } from '../errors/describe.ts';
import { logError } from '../errors/log-error.ts';
import { NotFoundError, RequestRefusedError } from '../errors/request-errors.ts';
import { toRestError } from '../errors/to-rest-error.ts';
import { localeOf } from './locale.ts';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Instead of addresses that are not ours in the log: anything may be in one, names and tokens as well. */
export const elsewhere = 'none of ours';

/** Answers what was thrown as RFC 9457 asks, in the caller's language, and tells the log. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  logError(request.log as Logger, error, { requestId: request.id });
  const { status, headers, body } = toRestError(error, request.id, localeOf(request.headers));
  // What was meant for another answer goes with it: a header that cannot be sent would break this one as well.
  if (status >= 500) for (const name of meantFor(reply)) reply.removeHeader(name);
  return reply
    .status(status)
    .headers({ ...headers, 'x-request-id': request.id })
    .send(body);
}

/** Headers that a route has set, but for the one that ends a connection which nobody can go on with. */
const meantFor = (reply: FastifyReply) => Object.keys(reply.getHeaders()).filter((name) => name !== 'connection');

/** Gives every refusal one shape, whoever makes it, and every code an address that tells what it means. */
export function registerProblems(app: FastifyInstance): void {
  app.setErrorHandler(answerProblem);

  // Fastify's own `hasRoute` reads what it is asked for as a pattern, and breaks on a path that is none.
  const plainRoutes = new Set<string>();
  app.addHook('onRoute', ({ method, url }) => {
    if (!/[:*]/.test(url)) for (const name of [method].flat()) plainRoutes.add(`${name} ${url}`);
  });

  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = methods.filter((method) => method !== request.method && plainRoutes.has(`${method} ${path}`));
    if (allowed.length === 0) throw new NotFoundError('Page', elsewhere);
    void reply.header('allow', allowed.join(', '));
    throw new RequestRefusedError('METHOD_NOT_ALLOWED', `Use ${allowed.join(' or ')} here.`);
  });

  // What the `type` of a problem points to.
  app.get('/errors/:code', (request: FastifyRequest<{ Params: { code: string } }>, reply) => {
    const { code } = request.params;
    if (!Object.hasOwn(errorCodes, code)) throw new NotFoundError('Page', elsewhere);
    const locale = localeOf(request.headers);
    const meant = describeError(new RequestRefusedError(code as ErrorCode, ''), locale);
    const { title, hint, docs, status, retryable } = meant;
    void reply.headers({ 'content-language': locale.toLowerCase(), vary: 'accept-language' });
    return { code, title, hint, status, retryable, docs };
  });
}
