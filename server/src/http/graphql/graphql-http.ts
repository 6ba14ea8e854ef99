import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { localeOf } from '../locale.ts';
import { createOwnOrigins } from '../own-origins.ts';
import type { OwnOrigins } from '../own-origins.ts';
import { requestIdOf } from '../request-id.ts';
import { securityHeaders } from '../security-headers.ts';
import { endSlowBody } from '../slow-bodies.ts';
import { wantsPage } from './accept.ts';
import { createCors } from './cors.ts';
import { createGraphiql } from './graphiql.ts';
import type { Guard } from './guards.ts';
import { createHttpAnswers } from './http-answers.ts';
import type { AnswerToRefused } from './http-answers.ts';
import type { KnownDocuments } from './known-documents.ts';
import { defaultGraphqlLimits } from './limits.ts';
import type { GraphqlLimits } from './limits.ts';
import { createCompileRule } from './compile-rule.ts';
import { createGraphqlMetrics } from './metrics.ts';
import { createOperations } from './operations.ts';
import type { Within } from './operations.ts';
import type { ContextFor } from './request.ts';
import { createBacklog } from './send.ts';
import { createSockets } from './sockets.ts';
import type { OnProofEnd } from './sse/streams.ts';

export type GraphqlHttp<TContext extends object = object> = ReturnType<typeof createGraphqlHttp<TContext>>;

export type GraphqlHttpOptions<TContext extends object> = {
  schema: GraphQLSchema;
  /** Authenticates. What it throws refuses the request, or the socket. The context has to be a plain object. */
  contextFor: ContextFor<TContext>;
  log: Logger;
  metrics?: Registry | null;
  limits?: Partial<GraphqlLimits>;
  /** Origins whose pages may call us; by default none but our own. */
  corsOrigins?: readonly string[];
  /** Which pages may open a WebSocket: browsers ask nobody before they do. By default those on the list and local ones. */
  isOwnOrigin?: OwnOrigins;
  /** What every answer carries; see `securityHeaders`. */
  headers?: Readonly<Record<string, string>>;
  /** Off: no introspection, no suggestions that spell out the schema, no GraphiQL. */
  introspection?: boolean;
  /** What alone may run. By default, and with null, everything may. */
  knownDocuments?: KnownDocuments | null;
  /** Asked before each operation on a socket; throws when the proof the socket was opened with is no longer good. */
  revalidate?: (context: TContext) => void | Promise<void>;
  /** Surrounds all that an operation does. By default nothing does. */
  within?: Within<TContext>;
  /** What every operation has to pass, the first outermost. By default nothing. */
  guards?: readonly Guard<TContext>[];
  /** Asked, with the request, before a caller is refused as nobody we know. By default nobody is answered then. */
  answerToRefused?: AnswerToRefused;
  /**
   * Asked when a socket, or a stream of events, has told who it is for. Throws what refuses it; the result is called when it
   * has closed.
   */
  admitLive?: AdmitLive<TContext>;
  /** Told when what a context was proved with ends by itself: its socket or stream is closed then. */
  onProofEnd?: OnProofEnd<TContext>;
  /** Whose a context is, as text: only they use a stream that they reserved. Null for nobody, who cannot. */
  ownerOf?: (context: TContext) => string | null;
  /** Whether compiled code may run a document. By default: when no Prisma model is behind any type in it. */
  canCompile?: (document: DocumentNode) => boolean;
};

export type AdmitLive<TContext> = (context: TContext) => Promise<() => void>;

/** The graph at /graphql: HTTP, server-sent events and WebSocket, with one set of limits and one error mapping. */
export function createGraphqlHttp<TContext extends object>(options: GraphqlHttpOptions<TContext>) {
  const { schema, contextFor, log, introspection = true, headers: safeHeaders = securityHeaders(null) } = options;
  const limits = { ...defaultGraphqlLimits, ...options.limits };
  const cors = createCors(options.corsOrigins ?? []);
  const metrics = createGraphqlMetrics(options.metrics ?? null);
  const operations = createOperations<TContext>({
    schema,
    limits,
    allowIntrospection: introspection,
    knownDocuments: options.knownDocuments ?? null,
    hideSuggestions: !introspection,
    canCompile: options.canCompile ?? createCompileRule(schema),
    log,
    metrics,
    within: options.within ?? ((_context, work) => work()),
    guards: options.guards,
  });
  const { answerToRefused, admitLive, revalidate, onProofEnd, ownerOf } = options;
  const backlog = createBacklog(limits.socketsBufferBytes);
  const http = createHttpAnswers<TContext>({
    ...{ schema, operations, contextFor, limits, answerToRefused, admitLive, revalidate, onProofEnd, ownerOf },
    backlog,
    onSlow: ({ requestId }) => {
      metrics.slowConsumers.inc();
      log.warn({ requestId }, 'stream ended: its caller reads too slowly');
    },
  });
  const sockets = createSockets({
    schema,
    operations,
    contextFor,
    revalidate,
    onProofEnd,
    admitLive,
    limits,
    backlog,
    isOwnOrigin: options.isOwnOrigin ?? createOwnOrigins({ addresses: [], allowed: options.corsOrigins ?? [] }),
    headers: safeHeaders,
    metrics,
    log,
  });
  const respondWithPage = createGraphiql();

  return {
    /** Answers a request whose path is /graphql. Reads the body itself. */
    handle(req: IncomingMessage, res: ServerResponse): void {
      const requestId = requestIdOf(req.headers);
      const headers = { ...safeHeaders, 'x-request-id': requestId, ...cors.headersFor(req.headers) };
      const exchange = { req, res, requestId, locale: localeOf(req.headers), headers };
      // The body of a POST has a deadline of its own where it is read.
      if (req.method !== 'POST') endSlowBody(req, res, { bodyMs: limits.bodyTimeoutMs });
      if (req.method === 'OPTIONS') {
        res.writeHead(204, { ...headers, ...cors.preflightFor(req.headers, 'GET, POST, PUT, DELETE') }).end();
      } else if (introspection && req.method === 'GET' && wantsPage(req.headers.accept)) {
        respondWithPage(exchange).catch((error: unknown) => http.refuse(exchange, error));
      } else {
        void http.answer(exchange);
      }
    },

    attachWebSocket: (server: Server): void => sockets.attach(server),

    /** Ends every socket and stream whose context matches, at once: its sign-in or key is no longer good. */
    closeWhere(matches: (context: TContext) => boolean): void {
      sockets.closeWhere(matches);
      http.closeWhere(matches);
    },

    /** Ends sockets (1001) and streams so that clients come back elsewhere; the HTTP server is the caller's. */
    async dispose(): Promise<void> {
      http.dispose();
      await sockets.dispose();
    },
  };
}
