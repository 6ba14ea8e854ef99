import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, { LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { UsageService } from '../domain/billing/usage.service.ts';
import type { SignalReader } from '../domain/outbox/signal-reader.ts';
import type { Authenticate } from '../domain/identity/authenticate.ts';
import type { ObjectStorage } from '../ports.ts';
import { createEdge } from './edge.ts';
import { registerFiles } from './files.ts';
import type { Cors } from './graphql/cors.ts';
import type { GraphqlHttp } from './graphql/graphql-http.ts';
import { registerHealth } from './health.ts';
import type { Dependency } from './health.ts';
import { registerIntrospect } from './introspect.ts';
import type { Operators } from './introspect.ts';
import { answerProblem, registerProblems } from './problem.ts';
import { requestIdOf } from './request-id.ts';
import { registerRevocations } from './revocations.ts';
import { requireStorableRequests } from './storable.ts';
import { registerUsage } from './usage.ts';

type Deps = {
  server: Server;
  graphql: GraphqlHttp;
  storage: ObjectStorage;
  authenticate: Authenticate;
  usage: UsageService;
  operators: Operators;
  /** Calls `listener` with the id of each sign-in, key or organization whose access ended or changed. */
  onAccessEnded(listener: (id: string) => void): void;
  signals: SignalReader;
  serviceToken: string;
  /** What every answer carries; see `securityHeaders`. */
  headers: Readonly<Record<string, string>>;
  cors: Cors;
  metrics: Registry;
  log: Logger;
  /** Routes of their own files: each adds what it answers. */
  more: readonly ((app: FastifyInstance, routes: readonly Route[]) => void)[];
  dependencies: Dependency[];
  isStopping: () => boolean;
  /** Whether the database keeps tenants apart by itself. */
  rowSecurity: 'on' | 'off';
};

/** One route, as `GET /files/*`. */
export type Route = { readonly method: string; readonly url: string };

/** Everything this server answers: /graphql by itself, for speed; the rest through Fastify. */
export async function createRoutes({
  server,
  graphql,
  storage,
  authenticate,
  usage,
  operators,
  onAccessEnded,
  signals,
  serviceToken,
  headers,
  cors,
  metrics,
  log,
  more,
  ...health
}: Deps) {
  const edge = createEdge({ headers, cors });
  const app: FastifyInstance = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 64 * 1024,
    genReqId: (request) => requestIdOf(request.headers),
    // What is no address, before there is a route that could refuse it.
    frameworkErrors: (error, request, reply) => void answerProblem(error, request, reply),
    clientErrorHandler: () => undefined, // the edge answers
    serverFactory: (handle) => server.on('request', (request, response) => dispatch(request, response, handle)),
  });

  function dispatch(
    request: IncomingMessage,
    response: ServerResponse,
    handle: (request: IncomingMessage, response: ServerResponse) => void,
  ) {
    const path = request.url ?? '';
    unused.delete(request.socket);
    if (edge.refuse(request)) return;
    if (path === '/graphql' || path.startsWith('/graphql?')) graphql.handle(request, response);
    else if (!edge.open(request, response, path)) handle(request, response);
  }

  // Browsers open spare connections. One that has never asked anything does not count as idle, and would hold up a stop.
  const unused = new Set<Socket>();
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });

  edge.guard(server);

  const routes: Route[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat()) if (name !== 'HEAD') routes.push({ method: name, url });
  });
  app.addHook('onSend', async (request, reply) => {
    void reply.header('x-request-id', request.id);
  });
  registerProblems(app);
  requireStorableRequests(app);

  app.get('/metrics', async (_request, reply) => {
    void reply.type(metrics.contentType);
    return metrics.metrics();
  });
  registerHealth(app, health);
  registerIntrospect(app, { authenticate, usage, operators, serviceToken });
  registerRevocations(app, { serviceToken, onEnded: onAccessEnded, signals });
  registerUsage(app, { usage, serviceToken });
  registerFiles(app, { storage });
  for (const register of more) register(app, routes);
  graphql.attachWebSocket(server);
  await app.ready();

  return {
    /** All but /graphql. */
    routes: routes as readonly Route[],

    /** Takes no new connection, ends subscriptions, lets running requests finish. */
    async close(): Promise<void> {
      const closed = new Promise<void>((resolve) => (server.listening ? server.close(() => resolve()) : resolve()));
      await graphql.dispose();
      await app.close();
      server.closeIdleConnections();
      for (const socket of unused) socket.destroy();
      await closed;
    },
  };
}
