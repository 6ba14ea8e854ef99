import type { AdmitLive } from '../graphql-http.ts';
import type { Exchange } from '../exchange.ts';
import { RequestRefusedError } from '../../../errors/request-errors.ts';
import { idempotencyKeyOf } from '../../idempotency.ts';
import { wantsStream } from '../accept.ts';
import type { GraphqlLimits } from '../limits.ts';
import type { Operations } from '../operations.ts';
import type { Asked } from '../params.ts';
import type { ContextFor } from '../request.ts';
import { graphqlType, respondEarly } from '../respond.ts';
import { createSharedStreams, operationIdOf, streamTokenOf } from './shared-streams.ts';
import type { createStreams } from './streams.ts';

type Deps<TContext extends object> = {
  operations: Operations<TContext>;
  contextFor: ContextFor<TContext>;
  limits: GraphqlLimits;
  admitLive: AdmitLive<TContext> | undefined;
  revalidate: ((context: TContext) => void | Promise<void>) | undefined;
  ownerOf: ((context: TContext) => string | null) | undefined;
  streams: ReturnType<typeof createStreams<TContext>>;
  paramsOf: (exchange: Exchange) => Promise<Asked>;
};

/** Requests about streams that several operations share. */
export function createSharedAnswers<TContext extends object>(deps: Deps<TContext>) {
  const { operations, contextFor, limits, admitLive, revalidate, ownerOf = () => null, streams, paramsOf } = deps;
  const shared = createSharedStreams<TContext>({ limits, ownerOf });

  const contextOf = ({ req, requestId }: Exchange) =>
    contextFor({ headers: req.headers, requestId, remoteAddress: req.socket.remoteAddress ?? null });

  async function reserve(exchange: Exchange): Promise<void> {
    const { token } = shared.reserve(await contextOf(exchange));
    say(exchange, 201, token);
  }

  async function open(exchange: Exchange, token: string): Promise<void> {
    const { req } = exchange;
    // Pages cannot add headers to an `EventSource`: the token says enough, and cookies are not asked.
    const asking = req.headers.authorization === undefined ? null : await contextOf(exchange);
    const stream = shared.find(token, asking);
    if (stream.writer) throw new RequestRefusedError('BAD_REQUEST', 'This stream is open already.');
    streams.requireRoom();
    await revalidate?.(stream.context);
    const release = await admitLive?.(stream.context);
    // Others may have come first while this was asked.
    if (stream.writer || shared.isOver(stream)) {
      release?.();
      throw new RequestRefusedError('BAD_REQUEST', 'This stream is open already.');
    }
    stream.writer = streams.open(exchange, () => stream.end());
    streams.track({ exchange, context: stream.context, stop: (last) => stream.end(last) }, release);
  }

  async function start(exchange: Exchange, token: string): Promise<void> {
    const { extensions, ...params } = await paramsOf(exchange);
    const context = await contextOf(exchange);
    const stream = shared.find(token, context);
    const prepared = operations.prepare({ ...params, idempotencyKey: idempotencyKeyOf(exchange.req.headers) });
    const id = shared.begin(stream, extensions?.['operationId']);
    const outcome =
      prepared.operation.type === 'subscription'
        ? await operations.subscribe(prepared, context, exchange, shared.sinkFor(stream, id))
        : await operations.run(prepared, context, exchange);
    if (!('next' in outcome) && outcome.data === undefined) {
      shared.forget(stream, id);
      return respondEarly(exchange, outcome, graphqlType);
    }
    say(exchange, 202);
    await shared.tell(stream, id, outcome);
  }

  async function stop(exchange: Exchange, token: string): Promise<void> {
    const id = operationIdOf(exchange);
    shared.forget(shared.find(token, await contextOf(exchange)), id);
    say(exchange, 200);
  }

  return {
    /** What a request does with a shared stream; null: it is about none. The function may throw what refuses it. */
    workOf(exchange: Exchange): (() => Promise<void>) | null {
      const { method, headers } = exchange.req;
      if (method === 'PUT') return () => reserve(exchange);
      const token = streamTokenOf(exchange);
      if (token === null) return null;
      if (method === 'GET' && wantsStream(headers.accept)) return () => open(exchange, token);
      if (method === 'POST') return () => start(exchange, token);
      return method === 'DELETE' ? () => stop(exchange, token) : null;
    },
  };
}

function say({ res, headers }: Exchange, status: number, text = ''): void {
  res.writeHead(status, {
    ...headers,
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  res.end(text);
}
