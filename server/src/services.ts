import type { Prisma, PrismaClient } from '@sightline/db/client';
import type { Database } from '@sightline/db/database';
import { outsideOf } from '@sightline/db/one-transaction';
import type { Logger } from 'pino';
import type { Pool } from 'pg';
import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';
import type { Config } from './config.ts';
import { createAnalytics } from './domain/analytics/create-analytics.ts';
import { createArtifactsService } from './domain/artifacts/artifacts.service.ts';
import { createAuditLog } from './domain/audit/audit-log.ts';
import { createCapturesService } from './domain/captures/captures.service.ts';
import { createLostDevices } from './domain/captures/lost-devices.ts';
import { startEntitlements } from './domain/billing/entitlements.ts';
import { startLiveConnections } from './domain/billing/live-connections.ts';
import { requireSeats } from './domain/billing/plan-limits.ts';
import { createPlansService } from './domain/billing/plans/plans.service.ts';
import { createStorageRoom } from './domain/billing/storage-room.ts';
import { createFailureNotices } from './domain/billing/payments/failure-notices.ts';
import { createPayments } from './domain/billing/payments/create-payments.ts';
import { createInvoices } from './domain/billing/invoices/create-invoices.ts';
import { createSubscriptions } from './domain/billing/subscriptions/create-subscriptions.ts';
import { createUsageService } from './domain/billing/usage.service.ts';
import { createUsage } from './domain/billing/usage/create-usage.ts';
import { createEstimator } from './domain/estimate/estimator.service.ts';
import { createEventFeed } from './domain/events/event-feed.ts';
import { createEventReader } from './domain/events/event-reader.ts';
import { createEventWriter } from './domain/events/event-writer.ts';
import { createFeedReader } from './domain/events/feed-reader.ts';
import { createTell } from './domain/events/tell.ts';
import { startFlags } from './domain/flags/flags.ts';
import { createAttempts } from './domain/identity/accounts/attempts.ts';
import { createAccounts } from './domain/identity/accounts/create-accounts.ts';
import { createApiKeysService } from './domain/identity/keys/api-keys.service.ts';
import { createOrganizations } from './domain/identity/organizations/organizations.ts';
import { createProviders } from './domain/identity/providers/create-providers.ts';
import { createSecondFactorGate } from './domain/identity/second-factor-gate.ts';
import { createSecondFactor } from './domain/identity/second-factor/create-second-factor.ts';
import { requirePerson } from './domain/identity/accounts/require-person.ts';
import { createTokens } from './domain/identity/tokens/create-tokens.ts';
import { requireFreshProof } from './domain/identity/step-up.ts';
import type { Viewer } from './domain/identity/viewer.ts';
import { startViewerWatch } from './domain/identity/viewer-watch.ts';
import { startDueWork } from './domain/jobs/jobs.ts';
import { createSubscriptionMoments } from './domain/jobs/subscription-moments.ts';
import { createSandboxService } from './domain/sandbox/sandbox.service.ts';
import { startMailQueue } from './domain/mail/mail-queue.ts';
import { createOutbox } from './domain/outbox/outbox.ts';
import { createJobQueue } from './domain/queue/create-queue.ts';
import { startRelay } from './domain/outbox/relay.ts';
import { createSignalReader } from './domain/outbox/signal-reader.ts';
import { createSecretBox } from './domain/secrets/secret-box.ts';
import { createCompliance } from './domain/privacy/create-compliance.ts';
import { startQuotas } from './domain/billing/quotas/start-quotas.ts';
import { createNotificationsService } from './domain/notifications/notifications.service.ts';
import { startPresence } from './domain/presence/presence.service.ts';
import { startRateOverrides } from './domain/rates/rate-overrides.ts';
import { createRatesService } from './domain/rates/rates.service.ts';
import { createRunSource } from './domain/sessions/run-source.ts';
import { openServerPresence } from './domain/sessions/server-presence.ts';
import { createSessionChanges } from './domain/sessions/session-changes.ts';
import { createSessionRecord } from './domain/sessions/session-record.ts';
import { createSessionRunner } from './domain/sessions/session-runner.ts';
import { createSessionsService } from './domain/sessions/sessions.service.ts';
import { createRoleAssignmentsService } from './domain/sources/role-assignments.service.ts';
import { sourcesVisibleTo } from './domain/sources/sources.policy.ts';
import { createSourcesService } from './domain/sources/sources.service.ts';
import type { Rehearsals } from './graphql/rehearsals.ts';
import type { OrganizationClock } from './organization-clock.ts';
import type { Bus, HostFiles, Inference, ObjectStorage } from './ports.ts';
import type { BreachCheck } from './ports/breach-check.ts';
import type { JobQueue } from './ports/job-queue.ts';
import type { KeyWrapper } from './ports/key-wrapper.ts';
import type { Mailer } from './ports/mailer.ts';
import type { Payments } from './ports/payments.ts';
import type { PlaceFinder } from './ports/place-finder.ts';
import type { FlagOverrides } from './ports/flag-overrides.ts';
import type { RateLimiter } from './ports/rate-limiter.ts';
import type { SafeFetch } from './ports/safe-fetch.ts';

type Deps = {
  /** For work of one organization: the second fence stands behind it. */
  db: PrismaClient;
  pool: Pool;
  /** For work of no organization or of all: who somebody is, signals, running sessions, usage. */
  system: Database;
  bus: Bus;
  storage: ObjectStorage;
  /** The same, with links for the sidecar, which may know this server by another address than callers do. */
  runStorage: ObjectStorage;
  inference: Inference;
  /** Where sidecars reach this server. */
  internalUrl(): string;
  hostFiles: HostFiles;
  mailer: Mailer;
  keys: KeyWrapper;
  breachCheck: BreachCheck;
  places: PlaceFinder;
  safeFetch: SafeFetch;
  flagOverrides: FlagOverrides;
  rateLimiter: RateLimiter;
  jobQueue: JobQueue;
  paymentProvider: Payments;
  rehearsals: Rehearsals;
  /** What links in mails begin with, without a slash at the end. Never what a request says. */
  webUrl(): string;
  /** Where callers and issuers reach this server. */
  publicUrl(): string;
  config: Config;
  /** Says the time of the organization at work. */
  clock: OrganizationClock;
  log: Logger;
  metrics: Registry;
};

/** What resolvers and routes may call. */
export type Services = Awaited<ReturnType<typeof createServices>>;

/** Wires the domains, in their order; stops what runs in the background when disposed, in reverse. */
export async function createServices({
  db,
  pool,
  system,
  bus,
  storage,
  runStorage,
  inference,
  internalUrl,
  hostFiles,
  mailer,
  keys,
  breachCheck,
  places,
  webUrl,
  publicUrl,
  safeFetch,
  flagOverrides,
  rateLimiter: limiter,
  jobQueue,
  paymentProvider,
  rehearsals,
  config,
  clock,
  log,
  metrics,
}: Deps) {
  await using opening = new AsyncDisposableStack();
  // What goes on by itself, and what has to be remembered whatever becomes of a request that runs in one transaction.
  const outside = outsideOf(system.pool);
  const relay = opening.use(startRelay({ pool: outside, bus, jobs: jobQueue, log }));
  const outbox = createOutbox({ relay, tell: createTell(bus) });
  const signals = createSignalReader({ bus, log });
  // What belongs to people, and what holds them off, goes by our time: moving a sandbox must open nothing.
  const { ours } = clock;
  const audit = createAuditLog({ clock });
  const secrets = createSecretBox({ pool: outside, keys });
  const mail = opening.use(startMailQueue({ pool: outside, secrets, mailer, clock: ours, log }));
  const presence = await openServerPresence(system.pool, log);
  opening.defer(() => presence.close());
  const { queue, services: jobServices } = createJobQueue({
    ...{ jobs: jobQueue, pool: outside, db: system.prisma, presence, signals, audit, clock: ours, log, metrics },
    operatorEmails: config.operatorEmails,
  });
  const works = config.worker === 'inside';

  const attempts = createAttempts({ pool: outside, clock: ours });
  const tokens = await createTokens({ system, secrets, outbox, audit, attempts, places, config, clock: ours, log });
  const { signIns } = tokens;
  const secondFactor = createSecondFactorGate({ clock: ours });
  const accounts = createAccounts({
    system,
    attempts,
    signIns,
    secondFactor,
    mail,
    outbox,
    audit,
    breachCheck,
    places,
    webUrl,
    config,
    clock: ours,
    metrics,
  });
  const { passwords, oneTimeTokens, knownDevices } = accounts;
  const ways = {
    ...{ db: system.prisma, clock: ours, secrets, attempts, tokens: oneTimeTokens, devices: knownDevices, passwords },
  };
  const waysIn = { ...ways, signIns, mail, audit, webUrl };
  const apiKeys = createApiKeysService({
    ...{ db, clock, outbox, audit, attempts: createAttempts({ pool: outside, clock }) },
  });
  const entitlements = opening.use(await startEntitlements({ pool: outside, signals }));
  const liveConnections = opening.use(await startLiveConnections({ entitlements, bus, log }));
  const invoices = createInvoices({ db, system: system.prisma, seller: config.seller, clock });
  const { onPeriodEnded, onItems } = invoices;
  const subscriptions = createSubscriptions({ db: system.prisma, clock, outbox, audit, onPeriodEnded, onItems });
  const { apply } = subscriptions;
  const settleUp = (tx: Prisma.TransactionClient, id: string) => subscriptions.settleUp(tx, id, clock.nowOf(id));
  const notifications = createNotificationsService({ db, outbox, audit, clock, signals });
  const payments = createPayments({
    ...{ db: system.prisma, payments: paymentProvider, apply, clock, outbox, audit, mail, webUrl, log },
    onFailed: createFailureNotices({ notifications, mail, webUrl }),
  });
  const flags = opening.use(
    await startFlags({ pool: outside, overrides: flagOverrides, forced: config.features, signals, log }),
  );
  const overrides = opening.use(await startRateOverrides({ pool: outside, signals }));
  const rates = createRatesService({
    limiter,
    entitlements,
    overrides,
    clock,
    perAddress: config.requestsPerMinutePerAddress,
  });
  const quotas = opening.use(
    await startQuotas({
      ...{ system, pool: outside, entitlements, notifications, mail, outbox, signals, clock, log },
    }),
  );
  const usage = createUsageService({ pool: system.pool, entitlements, outbox });
  const organizations = createOrganizations({
    ...{
      db,
      system: system.prisma,
      storage,
      clock: ours,
      outbox,
      audit,
      mail,
      attempts,
      signIns,
      webUrl,
      requireSeats,
      settleUp,
    },
  });
  const artifacts = createArtifactsService({ db, storage, clock, audit });
  const sources = createSourcesService({ db, pool, artifacts, hostFiles, audit });
  const roleAssignments = createRoleAssignmentsService({ db, outbox, audit });
  const sessions = createSessionsService({ db, clock, outbox, audit });
  const sessionChanges = createSessionChanges({ db, signals });
  const compliance = opening.use(
    createCompliance({
      ...{ db, pool, system, storage, attempts, signIns, outbox, mail, audit, secrets, clock, webUrl, settleUp, log },
      ...{ queue, works },
    }),
  );

  const viewerWatch = opening.use(
    await startViewerWatch({ pool: system.pool, signals, bus, clock: ours, nowOf: clock.nowOf, log }),
  );
  const eventWriter = createEventWriter({ clock });
  const captures = createCapturesService({
    ...{ db, pool: system.pool, clock, events: eventWriter, outbox, audit },
  });
  const events = createEventReader({ pool });
  const feed = opening.use(createEventFeed({ reader: createFeedReader({ pool, system: system.pool }), signals, log }));

  const whoWatches = opening.use(startPresence({ db, pool: system.pool, server: presence, bus, signals, clock, log }));
  const room = createStorageRoom({ pool: outside, entitlements });
  const record = createSessionRecord({ pool: system.pool, clock, storage, events: eventWriter, outbox, room });
  const runSource = createRunSource({ db: system.prisma, storage: runStorage, hostFiles, clock: ours });
  const runner = createSessionRunner({ pool: system.pool, presence, record, inference, runSource, internalUrl, log });
  opening.defer(() => runner.close());
  for (const topic of works ? (['session.queued', 'session.stop-requested'] as const) : []) {
    opening.defer(await signals.on(topic, null, () => runner.wake()));
  }
  registerGauge(metrics, 'sightline_feeds_followed', 'Feeds with live readers in this process.', () => feed.tailCount);
  registerGauge(metrics, 'sightline_sessions_running', 'Sessions running in this process.', () => runner.size);

  // Trials, periods and graces that end, lost devices, and what is too old. In the order in which things happen at one moment.
  const subscriptionMoments = createSubscriptionMoments({ pool: system.pool, clock: clock.ours });
  const lostDevices = createLostDevices({ pool: system.pool, events: eventWriter, outbox, clock: clock.ours });
  const jobs = opening.use(
    await startDueWork({
      ...{ pool: system.pool, clock, signals, works, log },
      organizations: async () =>
        (
          await Promise.all([subscriptionMoments, payments, invoices, lostDevices].map((each) => each.organizations()))
        ).flat(),
      moments: [subscriptionMoments.next, payments.next, invoices.next, lostDevices.next],
      work: [subscriptions.work, invoices.work, payments.work, lostDevices.work, compliance.applyRetention],
    }),
  );

  const sandbox = createSandboxService({ db: system.prisma, clock, jobs, attempts, outbox, audit });

  // Before anything that jobs need.
  opening.defer(() => queue[Symbol.asyncDispose]());

  const open = opening.move();
  return {
    /** Begins to do what is to be done, where this process is one that does. Once it can be reached. */
    async startWork(): Promise<void> {
      if (!works) return;
      runner.wake();
      await compliance.start();
      await queue.start();
    },
    queue,
    ...jobServices,
    attempts,
    clock,
    sandbox,
    /** Throws STEP_UP_REQUIRED, and UNAUTHENTICATED for keys, which have no proof to give. */
    requireProof: (viewer: Viewer) => requireFreshProof(requirePerson(viewer), ours.now()),
    ...accounts,
    secondFactor: createSecondFactor(waysIn),
    providers: createProviders({ ...waysIn, gate: secondFactor, outbox, safeFetch, publicUrl, config, log }),
    tokens,
    ...compliance.services,
    apiKeys,
    ...organizations,
    entitlements,
    flags,
    plans: createPlansService({ pool: system.pool }),
    subscriptions,
    invoices,
    payments,
    liveConnections,
    rates,
    ...quotas.services,
    rehearsals,
    estimator: createEstimator({
      ...{ db: system.prisma, pool: system.pool, clock, entitlements, rates, hostFiles },
      quotaOf: quotas.services.quotaOf,
    }),
    notifications,
    usage,
    presence: whoWatches,
    ...createAnalytics({ pool, clock, metrics }),
    ...createUsage({ db, pool, clock, entitlements, signals, sourcesVisibleTo }),
    secrets,
    mail,
    artifacts,
    captures,
    sources,
    roleAssignments,
    sessions,
    sessionChanges,
    sessionRecord: record,
    viewerWatch,
    events,
    feed,
    signals,
    runner,
    jobs,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

function registerGauge(metrics: Registry, name: string, help: string, read: () => number): void {
  metrics.registerMetric(
    new Gauge({
      name,
      help,
      registers: [],
      collect() {
        this.set(read());
      },
    }),
  );
}
