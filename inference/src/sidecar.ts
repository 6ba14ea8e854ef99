import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { FastifyInstance } from 'fastify';
import { openCallers } from './callers/open-callers.ts';
import { paidFromQuota } from './callers/quota.ts';
import type { Config } from './config.ts';
import { createApp } from './http/create-app.ts';
import { drainMsMax } from './http/drain.ts';
import type { EngineEntries } from './engine/engine-host.ts';
import { createLogger } from './logger.ts';
import type { Logger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import { startRemoteEngine } from './engine/remote/start-remote-engine.ts';
import { startEngine } from './engine/start-engine.ts';
import { catalogue } from './models/catalogue.ts';
import type { CatalogueEntry } from './models/catalogue.ts';
import { createInstaller } from './models/create-installer.ts';
import { installModel } from './models/install-model.ts';
import { createNpmRegistry, runNpm } from './models/npm-registry.ts';
import { createProgress } from './models/progress.ts';
import type { InstalledModel } from './models/model-files.ts';
import { openModel } from './models/open-model.ts';
import { createBorrowingDetector, requireReady } from './models/registry/borrowing-detector.ts';
import { createModelRegistry } from './models/registry/create-registry.ts';
import { openImages } from './session/open-images.ts';
import { openVideo } from './session/open-video.ts';
import { createSources } from './session/read-url.ts';
import { createRunSession } from './session/run-session.ts';
import { noUsage, startUsage } from './usage/usage.ts';
import type { Usage } from './usage/usage.ts';

/** What a test may put in the place of the real thing. */
export type SidecarDeps = {
  log?: Logger;
  fetch?: typeof globalThis.fetch;
  /** The files that engines run. */
  engineEntries?: Partial<EngineEntries>;
  now?: () => number;
  /** Runs npm; null must do without. */
  npm?: ((args: string[]) => Promise<string>) | null;
  /** Models that can be fetched. */
  models?: readonly CatalogueEntry[];
  /** Where progress is shown. */
  stdout?: { write(text: string): unknown; isTTY?: boolean };
};

export type Sidecar = AsyncDisposable & {
  app: FastifyInstance;
  /** Where it listens. Throws before `listen`. */
  readonly url: string;
  listen(): Promise<string>;
  /** Resolves when the model is ready; rejects with why it never will be. */
  ready: Promise<void>;
  /** Null until it is ready. */
  model(): InstalledModel | null;
  version: string;
};

/** Puts the sidecar together. The model comes up beside it: see `ready`. */
export async function createSidecar(config: Config, deps: SidecarDeps = {}): Promise<Sidecar> {
  const { log = createLogger(config.logLevel), fetch = globalThis.fetch, now = Date.now } = deps;
  // Published, we are compiled.
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const engineEntries = {
    thread: new URL(`engine/engine-thread.${ending}`, import.meta.url),
    process: new URL(`engine/engine-process.${ending}`, import.meta.url),
    ...deps.engineEntries,
  };
  const { npm = runNpm, models: known = catalogue, stdout = process.stdout } = deps;
  const { serviceToken, serverUrl, imagePixelsMax, modelsDirectory } = config;
  const version = await readVersion();
  // Pictures are many and small: one thread each beats many threads for one, and nothing is worth caching.
  sharp.concurrency(1);
  sharp.cache(false);

  const registry = createNpmRegistry({ registry: config.npmRegistry, fetch, npm });
  const showProgress = createProgress(config.progress, stdout, now);
  const metrics = createMetrics();
  const fetching = { modelsDirectory, registry, fetch, now, log };
  const models = createModelRegistry({
    modelsDirectory,
    copiesDirectory: join(config.dataDirectory, 'running-models'),
    defaultName: config.model,
    openModel: (signal) => openModel({ ...fetching, catalogue: known, showProgress, signal }, config.model),
    startEngine: (model, signal) =>
      model.config.engine.kind === 'remote'
        ? startRemoteEngine({ model, tokens: config.remoteTokens, queueSize: config.queueSize, log, metrics, signal })
        : startEngine({
            model,
            settings: { ...config, delayMs: model.name === 'blobs' ? config.blobsDelayMs : 0 },
            entries: engineEntries,
            log,
            metrics,
          }),
    modelsLoadedMax: config.modelsLoadedMax,
    imagePixelsMax,
    log,
    metrics,
    now,
  });
  const installer = createInstaller({
    install: (entry, how) => installModel({ ...fetching, ...how }, entry),
    // One that answers changes over; any other is loaded when somebody asks for it.
    onInstalled: async (name) => models.peek(name) && models.load(name),
    log,
  });
  const detector = createBorrowingDetector(models);
  const usage = serverUrl && serviceToken ? openUsage(serverUrl, serviceToken) : noUsage;
  const access = openCallers({ config, requireRoom: usage.requireRoom, fetch, now, log });
  const sources = createSources({ directories: config.sourceDirectories, origins: config.frameOrigins, fetch });
  const runSession = createRunSession({
    detector() {
      requireReady(models, config.model);
      return detector;
    },
    async openSource({ source, profile, startFrameIndex: startIndex }, signal) {
      if (source.kind === 'IMAGES') return openImages(sources, source, startIndex, signal);
      const { ffmpegPath: ffmpeg, videoBytesMax } = config;
      return openVideo({ sources, ffmpeg, videoBytesMax }, { url: source.url, profile, startIndex }, signal);
    },
    imagePixelsMax,
  });
  const { app, drain } = await createApp({
    config,
    version,
    models,
    catalogue: known,
    installer,
    runSession,
    callers: access.callers,
    recordUsage: paidFromQuota(access.quota, usage.record),
    fetch,
    log,
    metrics,
  });
  let url: string | null = null;

  function openUsage(forServer: string, token: string): Usage {
    const { dataDirectory, usageSpoolBytesMax: spoolBytesMax, usageWaitsForDisk: waitsForDisk } = config;
    const { registry: registers } = metrics;
    const server = { serverUrl: forServer, serviceToken: token, fetch };
    return startUsage({ ...server, dataDirectory, spoolBytesMax, waitsForDisk, now, registry: registers, log });
  }

  return {
    app,
    ready: models.ready,
    model: () => models.peek(config.model),
    version,
    get url() {
      if (url === null) throw new Error('The sidecar does not listen yet.');
      return url;
    },
    async listen() {
      url = await app.listen({ host: config.host, port: config.port });
      return url;
    },
    async [Symbol.asyncDispose]() {
      await drain.begin(drainMsMax);
      await app.close();
      await Promise.all([access[Symbol.asyncDispose](), usage[Symbol.asyncDispose]()]);
      await installer[Symbol.asyncDispose]();
      await models[Symbol.asyncDispose]();
    },
  };
}

async function readVersion(): Promise<string> {
  // Our own file, read like any other.
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
