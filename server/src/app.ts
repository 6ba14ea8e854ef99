import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openDatabase, openRequestPool } from '@sightline/db/database';
import { outsideOf } from '@sightline/db/one-transaction';
import { tenantRoleOf } from '@sightline/db/tenant-pool';
import type { Logger } from 'pino';
import { Registry, collectDefaultMetrics } from 'prom-client';
import type { Config } from './config.ts';
import { createAuthenticate } from './domain/identity/authenticate.ts';
import { credentialOf } from './domain/identity/viewer-watch.ts';
import { startIdempotency } from './domain/idempotency/idempotency.ts';
import { schema } from './graphql/schema.ts';
import { createClientAddress } from './http/client-address.ts';
import { createContextFor } from './http/context.ts';
import { createCsrf } from './http/csrf.ts';
import { createCors } from './http/graphql/cors.ts';
import { createGraphqlHttp } from './http/graphql/graphql-http.ts';
import type { GraphqlLimits } from './http/graphql/limits.ts';
import { answerToRefused, createIdempotencyGuard } from './http/idempotency.ts';
import { readKnownDocuments } from './http/graphql/known-documents.ts';
import { createRehearsals } from './http/graphql/rehearse.ts';
import { registerIngest } from './http/ingest.ts';
import { registerIdentityCallback } from './http/identity-callback.ts';
import { registerIdentitySession } from './http/identity-session.ts';
import { registerInvoices } from './http/invoices.ts';
import { registerOrganizationSession } from './http/organization-session.ts';
import { registerPaymentWebhook } from './http/payment-webhook.ts';
import { registerConsole } from './http/console.ts';
import { createRateGuard, limitRest } from './http/limits.ts';
import { lastAnswers } from './http/last-answers.ts';
import { keyWrites } from './http/keyed-writes.ts';
import { createOwnOrigins } from './http/own-origins.ts';
import { registerQuota } from './http/quota.ts';
import { createRoutes } from './http/routes.ts';
import type { Route } from './http/routes.ts';
import { securityHeaders } from './http/security-headers.ts';
import { registerTokens } from './http/tokens.ts';
import {
  createBreachCheck,
  createBus,
  createFlagOverrides,
  createMailer,
  createRateLimiter,
  createStorage,
} from './infra/choose.ts';
import { createPaymentProvider } from './infra/choose-payments.ts';
import { createEnvKeyWrapper } from './infra/env-key-wrapper.ts';
import { createHostFiles } from './infra/host-files.ts';
import { createInferenceClient } from './infra/inference-client.ts';
import { openPgBossQueue } from './infra/pg-boss-queue.ts';
import { nearPlaces } from './infra/near-places.ts';
import { createSafeFetch } from './infra/safe-fetch/safe-fetch.ts';
import { readRunMessages } from './infra/run-messages.ts';
import { systemClock } from './infra/system-clock.ts';
import type { Clock, Inference } from './ports.ts';
import type { BreachCheck } from './ports/breach-check.ts';
import type { KeyWrapper } from './ports/key-wrapper.ts';
import type { Mailer } from './ports/mailer.ts';
import type { PlaceFinder } from './ports/place-finder.ts';
import type { SafeFetch } from './ports/safe-fetch.ts';
import { openFence } from './fence.ts';
import { startOrganizationClock } from './organization-clock.ts';
import { createServices } from './services.ts';
import { withOrganization } from './tenancy.ts';

export type App = AsyncDisposable & {
  /** Where it listens, such as `http://127.0.0.1:4000`; of a worker, where servers are reached. */
  readonly url: string;
  readonly metrics: Registry;
  /** Every route but /graphql. */
  readonly routes: readonly Route[];
};

export type AppOptions = {
  config: Config;
  log: Logger;
  /** Replaced by tests. */
  clock?: Clock;
  inference?: Inference;
  mailer?: Mailer;
  keys?: KeyWrapper;
  breachCheck?: BreachCheck;
  places?: PlaceFinder;
  safeFetch?: SafeFetch;
  graphqlLimits?: Partial<GraphqlLimits>;
  /** A worker alone listens to nobody. */
  listens?: boolean;
};

/**
 * The composition root: opens everything in order, starts to listen, and closes in reverse.
 * Resolves once requests are answered.
 */
export async function startApp({ config, log, listens = true, ...replaced }: AppOptions): Promise<App> {
  await using opening = new AsyncDisposableStack();
  // First: who gave a wrong file is told before anything runs.
  const knownDocuments = await readKnownDocuments(config.knownDocuments);
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  opening.defer(() => metrics.clear());

  const system = opening.use(
    openDatabase(config.databaseUrl, { onIdleError: (err) => log.warn({ err }, 'database connection lost') }),
  );
  // What requests of one organization read and write, see docs/adr/0008-second-fence.md.
  const fence = await openFence({ config, system, log });
  const tenant = opening.use(fence.tenant);
  const bus = opening.use(createBus(config, log, metrics));
  const clock = opening.use(
    await startOrganizationClock({ clock: replaced.clock ?? systemClock, pool: system.pool, bus, log }),
  );
  // A head has to be here within ten seconds. A large upload may take minutes; other bodies have a shorter limit of their
  // own, and an upload that stands still is ended.
  const state = { isStopping: false };
  const server = createServer({
    ServerResponse: lastAnswers(() => state.isStopping),
    requestTimeout: 600_000,
    headersTimeout: 8_500,
    connectionsCheckingInterval: 500,
    requireHostHeader: false, // the edge does, and says why
  });
  // Asked when a link is made, which is long after listening: before it, a port of 0 is not an address.
  // Who does not listen has none, and says where the servers are reached.
  const ownUrl = () => (listens ? urlOf(server, config.host) : (config.internalUrl ?? ''));
  const storage = createStorage(config, () => config.publicUrl ?? ownUrl());
  const internalUrl = () => config.internalUrl ?? ownUrl();
  const runStorage = createStorage(config, internalUrl);
  const inference =
    replaced.inference ?? createInferenceClient({ url: config.inferenceUrl, serviceToken: config.serviceToken });
  const places = replaced.places ?? nearPlaces;
  const hostFiles = createHostFiles(config.sourceDirectories);

  const requestPool = openRequestPool(config.databaseUrl, {
    onIdleError: (err) => log.warn({ err }, 'database connection lost'),
  });
  opening.defer(() => requestPool.end());
  const tenantRole = tenantRoleOf(tenant.pool);
  const rehearsals = createRehearsals({
    ...{ schema, allowIntrospection: config.introspection, knownDocuments, pool: requestPool, tenantRole },
  });
  const services = opening.use(
    await createServices({
      rehearsals,
      db: tenant.prisma,
      pool: tenant.pool,
      system,
      bus,
      storage,
      runStorage,
      inference,
      internalUrl,
      hostFiles,
      mailer: replaced.mailer ?? createMailer(config, log),
      keys: replaced.keys ?? createEnvKeyWrapper(config.encryptionKeys),
      breachCheck: replaced.breachCheck ?? createBreachCheck(config, log),
      places,
      safeFetch: replaced.safeFetch ?? createSafeFetch({ allowedHosts: config.outboundHosts }),
      flagOverrides: opening.use(createFlagOverrides(config)),
      jobQueue: opening.use(await openPgBossQueue({ pool: outsideOf(system.pool), log })),
      paymentProvider: createPaymentProvider(config),
      rateLimiter: opening.use(createRateLimiter(config, clock, log, metrics)),
      publicUrl: () => config.publicUrl ?? ownUrl(),
      webUrl: () => config.webUrl ?? config.publicUrl ?? ownUrl(),
      config,
      clock,
      log,
      metrics,
    }),
  );
  const { secrets } = services;
  const idempotency = opening.use(await startIdempotency({ pool: requestPool, secrets, tenantRole, log }));
  const authenticate = createAuthenticate({ pool: system.pool, clock: clock.ours, places, ...services.tokens });
  const clientAddress = createClientAddress(config.trustedProxies);

  const headers = securityHeaders(config.publicUrl);
  const isOwnOrigin = createOwnOrigins({ addresses: [config.publicUrl, config.webUrl], allowed: config.corsOrigins });
  const csrf = createCsrf({ signingKey: config.signingKey, isOwnOrigin });
  const publicUrl = () => config.publicUrl ?? ownUrl();
  const graphql = createGraphqlHttp({
    schema,
    headers,
    isOwnOrigin,
    contextFor: createContextFor({ authenticate, csrf, clientAddress, db: tenant.prisma, services, log }),
    log,
    metrics,
    corsOrigins: config.corsOrigins,
    ...(replaced.graphqlLimits && { limits: replaced.graphqlLimits }),
    introspection: config.introspection,
    knownDocuments,
    // The first outermost.
    guards: [createIdempotencyGuard(idempotency), createRateGuard(services)],
    answerToRefused: (prepared, exchange) => answerToRefused(idempotency, prepared, exchange),
    admitLive: async ({ viewer }) => (viewer ? services.liveConnections.open(viewer.organizationId) : () => {}),
    onProofEnd: ({ viewer }, onEnd) => (viewer ? services.viewerWatch.onProofEnd(viewer, onEnd) : () => {}),
    ownerOf: ({ viewer }) => viewer && credentialOf(viewer),
    within: ({ viewer }, work) => withOrganization(viewer?.organizationId ?? null, work, viewer?.clockOffsetMs),
    // A socket outlives its sign-in: what it was opened with is checked again before each operation on it.
    // And what they may do may have changed since.
    revalidate: async (context) => {
      if (!context.viewer) return;
      const viewer = await services.viewerWatch.requireValid(context.viewer);
      Object.assign(context, { viewer });
      await services.apiKeys.count(viewer, 'requests');
    },
  });
  // What runs on a socket has been told by now; a socket that only waits goes with its sign-in, too.
  services.viewerWatch.onEnded((id) =>
    graphql.closeWhere(({ viewer }) => viewer !== null && credentialOf(viewer) === id),
  );
  const routes = await createRoutes({
    server,
    graphql,
    storage,
    authenticate,
    usage: services.usage,
    operators: services.operators,
    onAccessEnded: services.viewerWatch.onEnded,
    signals: services.signals,
    serviceToken: config.serviceToken,
    headers,
    cors: createCors(config.corsOrigins),
    metrics,
    log,
    more: [
      keyWrites({ idempotency }),
      limitRest({ rates: services.rates, clientAddress }),
      registerQuota({ ...services, serviceToken: config.serviceToken }),
      registerTokens({ services, authenticate, csrf, clientAddress, clock: clock.ours, publicUrl }),
      registerIdentityCallback(services),
      registerIdentitySession({ services, csrf, clientAddress, clock: clock.ours }),
      registerOrganizationSession({ services, authenticate, csrf, clientAddress, clock: clock.ours }),
      registerInvoices({ services, authenticate, clientAddress }),
      registerPaymentWebhook({ services }),
      registerConsole({ config, publicUrl }),
      registerIngest({
        record: services.sessionRecord,
        readMessages: readRunMessages,
        serviceToken: config.serviceToken,
      }),
    ],
    isStopping: () => state.isStopping,
    rowSecurity: fence.state,
    dependencies: [
      { name: 'database', check: () => system.pool.query('select 1') },
      { name: 'bus', check: () => bus.check() },
      { name: 'storage', check: () => storage.check() },
      { name: 'inference', check: () => inference.check() },
    ],
  });
  opening.defer(() => routes.close());

  if (listens) await listen(server, config.host, config.port);
  const url = ownUrl();
  await services.startWork();
  log.info({ url }, listens ? 'server listening' : 'worker working');

  const open = opening.move();
  return {
    url,
    metrics,
    routes: routes.routes,
    async [Symbol.asyncDispose]() {
      // Readiness first, so that a load balancer looks elsewhere while we finish what is here.
      state.isStopping = true;
      await open.disposeAsync();
      log.info('server stopped');
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
