import type { IncomingHttpHeaders } from 'node:http';

/** What a context is made from, on every transport. On a WebSocket `authorization` and `x-csrf-token` are those of `connection_init`. */
export type GraphqlRequest = {
  readonly headers: IncomingHttpHeaders;
  readonly requestId: string;
  readonly remoteAddress: string | null;
};

export type ContextFor<TContext> = (request: GraphqlRequest) => TContext | Promise<TContext>;
