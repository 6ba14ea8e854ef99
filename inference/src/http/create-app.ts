import { createServer } from 'node:http';
import { availableParallelism } from 'node:os';
import { LogController, fastify } from 'fastify';
import type { FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { createAnswerCache } from '../cache/answer-cache.ts';
import { createCuriosity } from '../cache/curiosity.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import type { CatalogueEntry } from '../models/catalogue.ts';
import type { Installer } from '../models/create-installer.ts';
import type { Registry } from '../models/registry/create-registry.ts';
import { byteSizeOf } from '../pictures/answers.ts';
import { createRender } from '../pictures/render.ts';
import { requireNearNames } from '../callers/near.ts';
import type { RunSession } from '../session/run-session.ts';
import type { RecordUsage } from '../usage/usage.ts';
import { createTextEncoders } from '../text/text-encoders.ts';
import { registerTracing } from '../tracing.ts';
import { createSemaphore } from '../vision/semaphore.ts';
import { createAdmission } from './admission.ts';
import { registerAnalyze } from './analyze.ts';
import { createBodyBudget } from './body-budget.ts';
import type { Callers } from './callers.ts';
import { registerDeepstack } from './deepstack.ts';
import { registerDrain } from './drain.ts';
import type { Drain } from './drain.ts';
import { registerEmbed } from './embed.ts';
import { createEmbedTexts } from './embed-texts.ts';
import { registerHealth } from './health.ts';
import { registerIndex } from './index-page.ts';
import { createLend } from './lend.ts';
import { createLook } from './look.ts';
import { createModelKey } from './model-key.ts';
import { registerModelCatalogue } from './model-catalogue.ts';
import { registerModels } from './models.ts';
import { createLane } from './oip/lane.ts';
import { registerOip } from './oip/register-oip.ts';
import { createRequestLane } from './oip/request-lane.ts';
import type { RequestLane } from './oip/request-lane.ts';
import { createRunInfer } from './oip/run-infer.ts';
import { createSocketLane } from './oip/socket-lane.ts';
import type { SocketLane } from './oip/socket-lane.ts';
import { registerOpenapi } from './openapi.ts';
import { registerPages } from './pages.ts';
import { registerPredict } from './predict.ts';
import { refuseConnection, registerProblems } from './problems.ts';
import { registerPictureBodies } from './read-picture.ts';
import { registerRedact } from './redact.ts';
import { requestIdOf } from './request-id.ts';
import { registerSessions } from './sessions.ts';

type Deps = {
  config: Config;
  version: string;
  models: Registry;
  /** Models that can be had by their names, and what fetches them. */
  catalogue: readonly CatalogueEntry[];
  installer: Installer;
  runSession: RunSession;
  callers: Callers;
  recordUsage: RecordUsage;
  fetch: typeof globalThis.fetch;
  log: Logger;
  metrics: Metrics;
};

/** Time for a request's headers, and for all of it. Whoever sends slower holds a socket for nothing. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
/** For which a connection may be idle: longer than most proxies keep theirs. */
const keepAliveMs = 72_000;

/** The longest that a body may stand still. */
const bodyStallMsMax = 5_000;
const bodyLookMs = 1_000;

const serverOptions = {
  headersTimeout: headersTimeoutMs,
  requestTimeout: requestTimeoutMs,
  keepAliveTimeout: keepAliveMs,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
};

/** A thousand answers about crowds. */
const cacheBytesMax = 64 * 1024 * 1024;
/** Of the memory for bodies, what those may take whose sender is only known once they are read. */
const strangerShare = 1 / 8;

/** The HTTP face of the sidecar, not listening yet. */
export async function createApp({
  config,
  version,
  models,
  catalogue,
  installer,
  runSession,
  callers,
  recordUsage,
  fetch,
  log,
  metrics,
}: Deps): Promise<{ app: FastifyInstance; drain: Drain }> {
  let requestLane: RequestLane = () => false;
  let socketLane: SocketLane | null = null;
  const app = fastify({
    loggerInstance: log,
    genReqId: requestIdOf,
    logController: new LogController({ requestIdLogLabel: 'requestId', disableRequestLogging: true }),
    bodyLimit: 64 * 1024,
    serverFactory: (handle) =>
      createServer(serverOptions, (request, response) => {
        if (!requestLane(request, response)) handle(request, response);
      }),
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

  // Hooks of every request call back: a promise each would cost more than what they do.
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    if (config.isLocal) requireNearNames(request);
    done();
  });
  registerPages(app, config.pageOrigins);
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.countRequest(route, reply.statusCode);
    // Probes come every second and say nothing.
    if (/^\/(v2\/)?(health|metrics$|docs)/.test(route)) return done();
    const durationMs = Math.round(reply.elapsedTime * 10) / 10;
    request.log.info({ method: request.method, route, status: reply.statusCode, durationMs }, 'request');
    done();
  });

  app.addHook('onSend', (request, reply, _payload, done) => {
    const limits = callers.limitHeadersOf(request);
    if (limits) void reply.headers(limits);
    done();
  });
  const closeIdle = () => {
    app.server.closeIdleConnections();
    socketLane?.closeIdle();
  };
  const closeAll = () => {
    app.server.closeAllConnections();
    socketLane?.closeAll();
  };
  const drain = registerDrain(app, { closeIdle, closeAll });

  await registerOpenapi(app, version);
  const bodies = { bodyBytesMax: config.bodyBytesMax, stallMsMax: bodyStallMsMax };
  const budget = createBodyBudget({ ...bodies, bytesMax: config.pendingBytesMax });
  const looking = setInterval(() => budget.cutStalled(), bodyLookMs);
  app.addHook('onClose', async () => clearInterval(looking));
  metrics.gauge('pending_bytes', 'Bytes of request bodies in memory', () => budget.heldBytes);
  const { bodyBytesMax, predictTimeoutMs: timeoutMs, sessionCountMax, imagePixelsMax } = config;
  await registerPictureBodies(app, bodyBytesMax);
  const cache = createAnswerCache({
    entriesMax: config.cacheEntriesMax,
    bytesMax: cacheBytesMax,
    isShared: config.isCacheShared,
    byteSizeOf,
    count: (result) => metrics.cache.inc({ result }),
  });
  metrics.gauge('cache_entries', 'Answers that are remembered', () => cache.size);
  metrics.gauge('cache_bytes', 'Bytes that remembered answers take, about', () => cache.heldBytes);
  const modelKey = createModelKey();
  const curiosity = config.cacheEntriesMax > 0 ? createCuriosity({ now: () => performance.now() }) : null;
  const lend = createLend({ registry: models, timeoutMs });
  const look = createLook({ cache, curiosity, modelKey, recordUsage, bodyBytesMax });
  const render = createRender({ enterDecoder: createSemaphore(availableParallelism()), imagePixelsMax });
  const admission = createAdmission({
    ...{ registry: models, callers, curiosity, modelKey },
    ...{ queueSize: config.queueSize, closing: drain.signal },
  });
  const pictures = { callers, admission, budget, lend, look, render, bodyBytesMax, timeoutMs };
  registerPredict(app, pictures);
  registerAnalyze(app, pictures);
  registerRedact(app, pictures);
  const strangerBytesMax = Math.max(bodyBytesMax, config.pendingBytesMax * strangerShare);
  const strangerBudget = createBodyBudget({ ...bodies, bytesMax: strangerBytesMax });
  registerDeepstack(app, { ...pictures, strangerBudget });
  const embedTexts = createEmbedTexts({
    cache,
    modelKey,
    textEncoderOf: createTextEncoders(),
    recordUsage,
    requireQuota: callers.requireQuota,
  });
  registerEmbed(app, { callers, budget, lend, embedTexts, bodyBytesMax, timeoutMs });
  const runInfer = createRunInfer({
    registry: models,
    lend,
    recordUsage,
    requireQuota: callers.requireQuota,
    bodyBytesMax,
    timeoutMs,
  });
  registerOip(app, { registry: models, lend, callers, budget, runInfer, version });
  const { isLocal } = config;
  const lane = createLane({ isLocal, callers, runInfer, closing: drain.signal, log, metrics });
  requestLane = createRequestLane({ lane, callers, runInfer, budget, bodyBytesMax });
  const { takeMemory } = runInfer;
  socketLane = createSocketLane({
    ...{ server: app.server, lane, callers, takeMemory, budget, bodyBytesMax, keepAliveMs, requestTimeoutMs },
  });
  app.addHook('preClose', async () => socketLane?.[Symbol.dispose]());
  registerSessions(app, { callers, runSession, sessionCountMax, closing: drain.signal, fetch, log, metrics });
  registerModels(app, { callers, registry: models });
  const { modelsDirectory } = config;
  registerModelCatalogue(app, { callers, registry: models, catalogue, installer, modelsDirectory });
  registerHealth(app, { ...models.checks, process: () => (drain.signal.aborted ? 'shutting down' : null) });
  registerIndex(app, version);
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  await app.ready();
  return { app, drain };
}
