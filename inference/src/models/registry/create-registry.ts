import type { Engine } from '../../engine/engine.ts';
import { SidecarError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { Metrics } from '../../metrics.ts';
import { readModelFolder } from '../model-files.ts';
import type { InstalledModel } from '../model-files.ts';
import type { ModelRegistry, ModelStatus } from '../served-model.ts';
import { listInstalled } from './installed-names.ts';
import { isModelName } from './model-name.ts';
import { createNamedModel } from './named-model.ts';
import type { NamedModel } from './named-model.ts';
import { prepareVersion } from './prepare-version.ts';
import { createPrivateCopies } from './private-copies.ts';
import { notInstalled } from './refusals.ts';
import { createServe } from './serve.ts';

export type RegistryDeps = {
  modelsDirectory: string;
  /** Where running versions keep copies of their files. */
  copiesDirectory: string;
  /** The model that is meant where none is named. */
  defaultName: string;
  /** Sees to it that the default model is in its folder. */
  openModel(signal: AbortSignal): Promise<unknown>;
  /** `signal`: the sidecar is closing, nobody waits for it any more. */
  startEngine(model: InstalledModel, signal: AbortSignal): Promise<Engine>;
  /** Models in memory at once, the default one among them. */
  modelsLoadedMax: number;
  imagePixelsMax: number;
  log: Logger;
  metrics: Metrics;
  now(): number;
};

export type Registry = ModelRegistry & {
  /** What a picture needs, each with what is wrong with it, or null. */
  checks: { model(): string | null; engine(): string | null };
};

/**
 * Holds the models of this process. The default one is brought up at once, beside the HTTP server; others when somebody
 * asks for them.
 */
export function createModelRegistry(deps: RegistryDeps): Registry {
  const { modelsDirectory, copiesDirectory, defaultName, openModel, startEngine, modelsLoadedMax } = deps;
  const { imagePixelsMax, log, metrics, now } = deps;
  const copies = createPrivateCopies(copiesDirectory, log);
  const serve = createServe({ imagePixelsMax, metrics });
  const closing = new AbortController();
  const start = (model: InstalledModel) => startEngine(model, closing.signal);
  const models = new Map<string, NamedModel>();
  /** Who is in memory, or about to be. */
  const rooms = new Set([defaultName]);
  let useCount = 0;

  function create(name: string, away: string | null): NamedModel {
    const created = createNamedModel({
      ...{ name, away, log, now },
      readFolder: () => readModelFolder(modelsDirectory, name),
      prepare: (folder, version) => prepareVersion({ copies, startEngine: start, serve, log }, folder, version),
      takeRoom: () => takeRoom(name),
      leaveRoom: () => void (name === defaultName || rooms.delete(name)),
      nextUse: () => ++useCount,
    });
    models.set(name, created);
    return created;
  }

  async function takeRoom(name: string): Promise<void> {
    if (rooms.has(name)) return;
    if (rooms.size < modelsLoadedMax) return void rooms.add(name);
    const [leaver] = [...rooms]
      .flatMap((each) => (each === defaultName ? [] : (models.get(each) ?? [])))
      .filter(({ canLeave }) => canLeave)
      .sort((a, b) => a.lastUse - b.lastUse);
    if (!leaver) {
      const message = `All ${modelsLoadedMax} models that may be loaded at once are in use. Try again later.`;
      throw new SidecarError('MODEL_NOT_READY', message);
    }
    rooms.delete(leaver.name);
    rooms.add(name);
    await leaver.evict();
  }

  /** Names that are no models are not remembered: there is no end to them. */
  async function withModel<Value>(name: string, work: (model: NamedModel) => Promise<Value>): Promise<Value> {
    if (closing.signal.aborted) throw new SidecarError('SERVICE_UNAVAILABLE', 'The sidecar is shutting down.');
    if (!isModelName(name)) throw notInstalled(name);
    const model = models.get(name) ?? create(name, null);
    try {
      return await work(model);
    } finally {
      if (model.isBlank && model !== main && models.get(name) === model) models.delete(name);
    }
  }

  function index(): ModelStatus[] {
    const installed = listInstalled(modelsDirectory);
    const rows = installed.flatMap(({ name, versions }) =>
      statusesOf(name, versions, models.get(name)?.statuses() ?? []),
    );
    // Their folders are gone, or not there yet.
    const others = [...models.values()].filter(({ name }) => !installed.some((each) => each.name === name));
    return [...rows, ...others.flatMap((model) => model.statuses())];
  }

  const main = create(defaultName, 'being prepared');
  const engines = () => [...models.values()].flatMap((model) => model.engines());
  metrics.gauge('queue_depth', 'Requests waiting for an engine', () =>
    engines().reduce((sum, { depth }) => sum + depth, 0),
  );
  metrics.gauge('engines_ready', 'Engines that can take work', () =>
    engines().reduce((sum, { readyCount }) => sum + readyCount, 0),
  );
  metrics.trackModels(() => [...models.values()].flatMap((model) => model.figures()));

  const ready = main
    .start(() => openModel(closing.signal))
    .catch((error: unknown) => {
      if (!closing.signal.aborted) log.error({ err: error }, 'model not available');
      throw error;
    });
  // Whoever asks hears of it; nobody asking must not end the process.
  ready.catch(() => undefined);

  return {
    defaultName,
    ready,
    async borrow(name, version = null, signal) {
      // The way of nearly every request.
      const lent = models.get(name)?.lendNow(version);
      return lent ?? withModel(name, (model) => model.borrow(version, signal));
    },
    peek: (name, version = null) => models.get(name)?.peek(version) ?? null,
    index,
    load: (name, { version } = {}) => withModel(name, (model) => model.load(version ?? null)),
    unload: (name) => withModel(name, (model) => model.unload()),
    checks: {
      model: () => (main.peek(null) ? null : (main.away ?? 'being prepared')),
      engine: () => ((main.peek(null)?.engine.readyCount ?? 0) > 0 ? null : 'none is running'),
    },
    async [Symbol.asyncDispose]() {
      // A download that nobody waits for any more ends here.
      closing.abort();
      await Promise.all([...models.values()].map((model) => model.close()));
      await copies[Symbol.asyncDispose]();
    },
  };
}

/** What a model says of itself, and beside it what only its folder knows. */
function statusesOf(name: string, versions: readonly string[], known: readonly ModelStatus[]): ModelStatus[] {
  const said = known.filter(({ version }) => version !== '');
  const ofAll = known.find(({ version }) => version === '');
  const state = ofAll?.state ?? 'UNAVAILABLE';
  const reason = ofAll?.reason ?? (said.length > 0 ? 'not served' : 'not loaded; asking for it is enough');
  const others = versions.filter((version) => !said.some((each) => each.version === version));
  const rows = [...said, ...others.map((version): ModelStatus => ({ name, version, state, reason }))];
  return rows.length > 0 ? rows : [{ name, version: '', state, reason }];
}
