import { LogController, fastify } from 'fastify';
import type { FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { createPictureCache } from '../cache/picture-cache.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import type { ModelHost } from '../model-host.ts';
import { requireNearNames } from '../callers/near.ts';
import type { RunSession } from '../session/run-session.ts';
import type { RecordUsage } from '../usage/usage.ts';
import { registerTracing } from '../tracing.ts';
import { createBodyBudget } from './body-budget.ts';
import type { Callers } from './callers.ts';
import { registerDeepstack } from './deepstack.ts';
import { registerDrain } from './drain.ts';
import type { Drain } from './drain.ts';
import { registerHealth } from './health.ts';
import { registerIndex } from './index-page.ts';
import { createLook } from './look.ts';
import { registerModels } from './models.ts';
import { registerOpenapi } from './openapi.ts';
import { registerPredict } from './predict.ts';
import { refuseConnection, registerProblems } from './problems.ts';
import { registerPictureBodies } from './read-picture.ts';
import { requestIdOf } from './request-id.ts';
import { registerSessions } from './sessions.ts';

type Deps = {
  config: Config;
  version: string;
  modelHost: ModelHost;
  runSession: RunSession;
  callers: Callers;
  recordUsage: RecordUsage;
  log: Logger;
  metrics: Metrics;
};

/** Time for a request's headers, and for all of it. Whoever sends slower holds a socket for nothing. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;

/** A thousand answers about crowds. */
const cacheBytesMax = 64 * 1024 * 1024;
/** Of the memory for bodies, what those may take whose sender is only known once they are read. */
const strangerShare = 1 / 8;

/** The HTTP face of the sidecar, not listening yet. */
export async function createApp({
  config,
  version,
  modelHost,
  runSession,
  callers,
  recordUsage,
  log,
  metrics,
}: Deps): Promise<{ app: FastifyInstance; drain: Drain }> {
  const app = fastify({
    loggerInstance: log,
    genReqId: requestIdOf,
    logController: new LogController({ requestIdLogLabel: 'requestId', disableRequestLogging: true }),
    bodyLimit: 64 * 1024,
    requestTimeout: requestTimeoutMs,
    http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: 1_000, maxHeaderSize: 16 * 1024 },
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: refuseConnection,
    forceCloseConnections: 'idle',
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  registerProblems(app);
  registerTracing(app);
  // On by default, and of no use to any route here.
  app.removeContentTypeParser('text/plain');

  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    if (config.isLocal) requireNearNames(request);
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.requests.inc({ route, status: String(reply.statusCode) });
    // Probes come every second and say nothing.
    if (route.startsWith('/health') || route === '/metrics' || route.startsWith('/docs')) return;
    const durationMs = Math.round(reply.elapsedTime * 10) / 10;
    request.log.info({ method: request.method, route, status: reply.statusCode, durationMs }, 'request');
  });

  app.addHook('onSend', async (request, reply) => {
    const limits = callers.limitHeadersOf(request);
    if (limits) void reply.headers(limits);
  });
  const drain = registerDrain(app);

  await registerOpenapi(app, version);
  const budget = createBodyBudget({ bytesMax: config.pendingBytesMax, bodyBytesMax: config.bodyBytesMax });
  metrics.gauge('pending_bytes', 'Bytes of request bodies in memory', () => budget.heldBytes);
  const { bodyBytesMax, predictTimeoutMs: timeoutMs, sessionCountMax } = config;
  const { detector } = modelHost;
  await registerPictureBodies(app, bodyBytesMax);
  const cache = createPictureCache({
    entriesMax: config.cacheEntriesMax,
    bytesMax: cacheBytesMax,
    count: (result) => metrics.cache.inc({ result }),
  });
  metrics.gauge('cache_entries', 'Answers that are remembered', () => cache.size);
  metrics.gauge('cache_bytes', 'Bytes that remembered answers take, about', () => cache.heldBytes);
  const look = createLook({ cache, recordUsage, bodyBytesMax, timeoutMs });
  registerPredict(app, { callers, budget, detector, look, bodyBytesMax });
  const strangerBytesMax = Math.max(bodyBytesMax, config.pendingBytesMax * strangerShare);
  const strangerBudget = createBodyBudget({ bytesMax: strangerBytesMax, bodyBytesMax });
  registerDeepstack(app, { callers, budget, strangerBudget, detector, look });
  registerSessions(app, { callers, runSession, sessionCountMax, closing: drain.signal, log, metrics });
  registerModels(app, { callers, model: modelHost.model });
  registerHealth(app, { ...modelHost.checks, process: () => (drain.signal.aborted ? 'shutting down' : null) });
  registerIndex(app, version);
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  await app.ready();
  return { app, drain };
}
