import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import type { Idempotency, KeyedRequest, KeyedRun, StoredAnswer } from '../domain/idempotency/idempotency.ts';
import { cookieNames, cookieOf } from './cookies.ts';
import { idempotencyKeyOf, isNoAnswer, replayedHeader } from './idempotency.ts';

type Run = Extract<KeyedRun, { replay: null }>;

const writes = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** What is said of a request anew, whenever it is answered. */
const ofEachAnswer = /^(x-request-id|date|connection|keep-alive|content-length|ratelimit|ratelimit-policy)$/;

/**
 * Lets a write of REST with an idempotency key happen once: its handler runs in the transaction of the key, which is
 * committed with the answer before the first byte of it leaves. For all routes that are registered after this.
 */
export const keyWrites = ({ idempotency }: { idempotency: Pick<Idempotency, 'open'> }) =>
  function register(app: FastifyInstance): void {
    const runs = new WeakMap<FastifyRequest, Run>();

    app.addHook('onRoute', (route) => {
      if (![route.method].flat().some((method) => writes.has(method))) return;
      const handle = route.handler;
      route.handler = async function keyed(this: FastifyInstance, request, reply) {
        const key = idempotencyKeyOf(request.headers);
        if (key === undefined) return handle.call(this, request, reply);
        const run = await idempotency.open(requestOf(request, key));
        if (run.replay) return replay(reply, run.replay);
        runs.set(request, run);
        return run.within(() => handle.call(this, request, reply));
      } satisfies RouteHandlerMethod;
    });

    app.addHook('onSend', async (request, reply, payload) => {
      const run = runs.get(request);
      if (!run) return payload;
      runs.delete(request);
      const answer = answerOf(reply, payload);
      await (answer ? run.keep(answer) : run.drop());
      return payload;
    });

    // Nobody waits for the answer any more, or it was no text: what was done without one is taken back.
    app.addHook('onResponse', async (request) => {
      await runs.get(request)?.drop();
    });
  };

function replay(reply: FastifyReply, { status, headers, body }: StoredAnswer): FastifyReply {
  void reply.status(status).headers({ ...headers, [replayedHeader]: 'true' });
  return body === '' ? reply.send() : reply.send(body);
}

/** Null: nothing was done, or it cannot be told again. */
function answerOf(reply: FastifyReply, payload: unknown): StoredAnswer | null {
  const body = payload ?? '';
  if (typeof body !== 'string' || (reply.statusCode >= 400 && isNoAnswer(codeIn(body)))) return null;
  const headers = Object.entries(reply.getHeaders()).filter(([name]) => !ofEachAnswer.test(name));
  return { status: reply.statusCode, headers: Object.fromEntries(headers) as StoredAnswer['headers'], body };
}

/** The code of a problem, or of an error of OAuth, which has the same names in lower case. */
function codeIn(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: string | { code?: string } };
    return String(typeof error === 'object' ? error.code : error).toUpperCase();
  } catch {
    return '';
  }
}

/** Of a caller with a credential the key is theirs alone; of anybody else it is that of this very request. */
function requestOf({ method, url, body, headers }: FastifyRequest, key: string): KeyedRequest {
  const request = { method, url, body: body ?? null };
  const cookies = [cookieNames.access, cookieNames.refresh].map((name) => cookieOf(headers, name));
  const credential = headers.authorization ?? (cookies.some((value) => value !== null) ? cookies : null);
  return { organizationId: null, key, request, secretPart: credential ?? request };
}
