import type { GraphQLSchema } from 'graphql';
import { RequestRefusedError, UnauthenticatedError } from '../../errors/request-errors.ts';
import { idempotencyKeyOf } from '../idempotency.ts';
import { canAnswer, prefersEvents, simpleAccept, takesEvents, wantsStream } from './accept.ts';
import type { Exchange } from './exchange.ts';
import type { AdmitLive } from './graphql-http.ts';
import type { GraphqlLimits } from './limits.ts';
import type { Operations, Prepared, Result } from './operations.ts';
import { paramsOfBody, paramsOfUrl, requireJson } from './params.ts';
import type { Asked } from './params.ts';
import { readBody } from './read-body.ts';
import type { ContextFor } from './request.ts';
import { graphqlType, respond, respondEarly } from './respond.ts';
import type { ResultStream } from './result-stream.ts';
import type { Backlog } from './send.ts';
import { createSharedAnswers } from './sse/shared-answers.ts';
import { createStreams } from './sse/streams.ts';
import type { OnProofEnd } from './sse/streams.ts';
import { createYogaAnswers } from './yoga.ts';

type Deps<TContext extends object> = {
  schema: GraphQLSchema;
  operations: Operations<TContext>;
  contextFor: ContextFor<TContext>;
  limits: GraphqlLimits;
  answerToRefused: AnswerToRefused | undefined;
  admitLive: AdmitLive<TContext> | undefined;
  revalidate: ((context: TContext) => void | Promise<void>) | undefined;
  onProofEnd: OnProofEnd<TContext> | undefined;
  ownerOf: ((context: TContext) => string | null) | undefined;
  /** Of everything that is open in this process. */
  backlog: Backlog;
  onSlow: (exchange: Exchange) => void;
};

/** What a caller who is refused is answered all the same, because they were before; null: nothing. */
export type AnswerToRefused = (prepared: Prepared, exchange: Exchange) => Promise<Result | null>;

/** Queries and mutations as JSON, subscriptions as server-sent events. */
export function createHttpAnswers<TContext extends object>(deps: Deps<TContext>) {
  const { schema, operations, contextFor, limits, answerToRefused, admitLive } = deps;
  const respondThroughYoga = createYogaAnswers(schema);
  const streams = createStreams<TContext>(deps);
  const shared = createSharedAnswers<TContext>({ ...deps, streams, paramsOf });

  /** Never throws. */
  async function answer(exchange: Exchange): Promise<void> {
    const { accept } = exchange.req.headers;
    const type = simpleAccept(accept);
    try {
      const work = shared.workOf(exchange);
      if (work) return await work();
      if (type === null && !canAnswer(accept ?? '')) {
        throw new RequestRefusedError(
          'NOT_ACCEPTABLE',
          `We answer with ${graphqlType}, application/json or text/event-stream.`,
        );
      }
      const outcome = await execute(exchange, await paramsOf(exchange));
      // The usual request: nothing but Node between the caller and the executor.
      if (type !== null) respond(exchange, outcome as Result, type);
      else if ('next' in outcome ? takesEvents(accept) : prefersEvents(accept)) await streams.answer(exchange, outcome);
      else await respondThroughYoga(exchange, outcome);
    } catch (error) {
      refuse(exchange, error, type ?? graphqlType);
    }
  }

  function refuse(exchange: Exchange, error: unknown, type = graphqlType): void {
    const result = operations.refuse(error, exchange);
    if (exchange.res.headersSent) exchange.res.destroy();
    else respondEarly(exchange, result, type);
  }

  async function paramsOf({ req }: Exchange): Promise<Asked> {
    if (req.method === 'GET') return paramsOfUrl(req.url ?? '');
    if (req.method !== 'POST') throw new RequestRefusedError('METHOD_NOT_ALLOWED', 'Use POST, or GET for queries.');
    requireJson(req.headers);
    return paramsOfBody(await readBody(req, limits));
  }

  /** A stream only for callers that want one. */
  async function execute(exchange: Exchange, params: Asked): Promise<Result | ResultStream> {
    const { req, requestId } = exchange;
    let prepared: Prepared | undefined;
    try {
      prepared = operations.prepare({ ...params, idempotencyKey: idempotencyKeyOf(req.headers) });
      const { type } = prepared.operation;
      requireMethodAndForm(req.method, type, req.headers.accept);
      if (type === 'subscription') streams.requireRoom();
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
      const outcome = await operations.subscribe(prepared, context, exchange, streams.sinkFor(exchange));
      if ('next' in outcome) streams.track({ exchange, context, stop: (last) => outcome.stop(last) }, release);
      else release?.();
      return outcome;
    } catch (error) {
      return operations.refuse(error, exchange, prepared);
    }
  }

  return { answer, refuse, closeWhere: streams.closeWhere, dispose: streams.dispose };
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
