import type { GraphQLSchema } from 'graphql';
import { RequestRefusedError, UnauthenticatedError } from '../../errors/request-errors.ts';
import { idempotencyKeyOf } from '../idempotency.ts';
import { canAnswer, simpleAccept, wantsStream } from './accept.ts';
import type { Exchange } from './exchange.ts';
import type { AdmitLive } from './graphql-http.ts';
import type { GraphqlLimits } from './limits.ts';
import type { Operations, Params, Prepared, Result } from './operations.ts';
import { paramsOfBody, paramsOfUrl, requireJson } from './params.ts';
import { readBody } from './read-body.ts';
import type { ContextFor } from './request.ts';
import { graphqlType, respond, respondEarly } from './respond.ts';
import type { ResultStream } from './result-stream.ts';
import { createYogaAnswers } from './yoga.ts';

type Deps<TContext extends object> = {
  schema: GraphQLSchema;
  operations: Operations<TContext>;
  contextFor: ContextFor<TContext>;
  limits: GraphqlLimits;
  answerToRefused: AnswerToRefused | undefined;
  admitLive: AdmitLive<TContext> | undefined;
};

/** What a caller who is refused is answered all the same, because they were before; null: nothing. */
export type AnswerToRefused = (prepared: Prepared, exchange: Exchange) => Promise<Result | null>;

/** Queries and mutations as JSON, subscriptions as server-sent events. */
export function createHttpAnswers<TContext extends object>(deps: Deps<TContext>) {
  const { schema, operations, contextFor, limits, answerToRefused, admitLive } = deps;
  const respondThroughYoga = createYogaAnswers(schema);
  const live = new Set<{ context: TContext; stream: ResultStream; exchange: Exchange }>();

  /** Never throws. */
  async function answer(exchange: Exchange): Promise<void> {
    const { req } = exchange;
    const type = simpleAccept(req.headers.accept);
    try {
      if (type === null && !canAnswer(req.headers.accept ?? '')) {
        throw new RequestRefusedError(
          'NOT_ACCEPTABLE',
          `We answer with ${graphqlType}, application/json or text/event-stream.`,
        );
      }
      const params = await paramsOf(exchange);
      // The usual request: nothing but Node between the caller and the executor.
      if (type !== null) respond(exchange, (await execute(exchange, params)) as Result, type);
      else await respondThroughYoga(exchange, () => execute(exchange, params));
    } catch (error) {
      refuse(exchange, error, type ?? graphqlType);
    }
  }

  function refuse(exchange: Exchange, error: unknown, type = graphqlType): void {
    const result = operations.refuse(error, exchange);
    if (exchange.res.headersSent) exchange.res.destroy();
    else respondEarly(exchange, result, type);
  }

  async function paramsOf({ req }: Exchange): Promise<Params> {
    if (req.method === 'GET') return paramsOfUrl(req.url ?? '');
    if (req.method !== 'POST') throw new RequestRefusedError('METHOD_NOT_ALLOWED', 'Use POST, or GET for queries.');
    requireJson(req.headers);
    return paramsOfBody(await readBody(req, limits));
  }

  /** A stream only for callers that want one. */
  async function execute(exchange: Exchange, params: Params): Promise<Result | ResultStream> {
    const { req, requestId } = exchange;
    let prepared: Prepared | undefined;
    try {
      prepared = operations.prepare({ ...params, idempotencyKey: idempotencyKeyOf(req.headers) });
      const { type } = prepared.operation;
      requireMethodAndForm(req.method, type, req.headers.accept);
      if (type === 'subscription' && live.size >= limits.sockets) throw tooManyStreams();
      const remoteAddress = req.socket.remoteAddress ?? null;
      let context: TContext;
      try {
        context = await contextFor({ headers: req.headers, requestId, remoteAddress });
      } catch (error) {
        const given = error instanceof UnauthenticatedError && (await answerToRefused?.(prepared, exchange));
        if (given) return given;
        throw error;
      }
      if (type !== 'subscription') return await operations.run(prepared, context, exchange);
      const release = await admitLive?.(context);
      const outcome = await operations.subscribe(prepared, context, exchange);
      if ('next' in outcome) return track(exchange, context, outcome, release);
      release?.();
      return outcome;
    } catch (error) {
      return operations.refuse(error, exchange, prepared);
    }
  }

  function track(exchange: Exchange, context: TContext, stream: ResultStream, release?: () => void): ResultStream {
    const entry = { context, stream, exchange };
    live.add(entry);
    const leave = () => {
      live.delete(entry);
      release?.();
      stream.stop();
    };
    // The caller may have left while the subscription was starting.
    if (exchange.res.destroyed) leave();
    else exchange.res.once('close', leave);
    return stream;
  }

  return {
    answer,
    refuse,

    /** Tells subscribers whose context matches that they are no longer signed in, and ends their streams. */
    closeWhere(matches: (context: TContext) => boolean): void {
      for (const { context, stream, exchange } of live) {
        if (matches(context)) stream.stop(operations.refuse(new UnauthenticatedError(), exchange));
      }
    },

    /** Breaks streams off without `complete`, so that clients come back and resume. */
    dispose(): void {
      for (const { exchange } of live) exchange.res.destroy();
    },
  };
}

function requireMethodAndForm(method: string | undefined, type: string, accept: string | undefined): void {
  if (method === 'GET' && type === 'mutation') {
    throw new RequestRefusedError(
      'METHOD_NOT_ALLOWED',
      'Mutations need POST: a GET may be repeated by anybody on the way.',
    );
  }
  if (type === 'subscription' && !wantsStream(accept)) {
    throw new RequestRefusedError('NOT_ACCEPTABLE', 'Subscriptions need accept: text/event-stream, or a WebSocket.');
  }
}

function tooManyStreams() {
  return new RequestRefusedError(
    'SERVICE_UNAVAILABLE',
    'This server has as many subscriptions as it takes. Try again.',
  );
}
