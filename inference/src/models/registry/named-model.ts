import { SidecarError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { ModelFigures } from '../../metrics.ts';
import { byVersion, checkVersion } from '../model-files.ts';
import type { ModelFolder } from '../model-files.ts';
import type { Borrowed, ModelStatus, ServedModel } from '../served-model.ts';
import type { LiveVersion } from './live-version.ts';
import { fingerprintOf } from './prepare-version.ts';
import { notInstalled, notReady, notServed, notThere, reasonOf, refusedVersions } from './refusals.ts';
import { createTurns } from './turns.ts';
import { untilAborted } from './until-aborted.ts';

/** All versions of one name. */
export type NamedModel = ReturnType<typeof createNamedModel>;

type Deps = {
  name: string;
  /** Why it does not answer before anybody loaded it; null where asking for it is enough. */
  away: string | null;
  readFolder(): Promise<ModelFolder | null>;
  prepare(folder: ModelFolder, version: string): Promise<LiveVersion>;
  /** Throws MODEL_NOT_READY where too many are loaded. */
  takeRoom(): Promise<void>;
  leaveRoom(): void;
  /** A number that grows with every call. */
  nextUse(): number;
  log: Logger;
  now(): number;
};

/** A model that cannot be loaded is not tried again for every request. */
const retryAfterMs = 5_000;
/** Versions that finish what is under way while another one is brought up. */
const leavingMax = 2;

export function createNamedModel(deps: Deps) {
  const { name, readFolder, prepare, takeRoom, leaveRoom, nextUse, log, now } = deps;
  let { away } = deps;
  /** Highest version first. Replaced as a whole: whoever looks sees all of a change or nothing. */
  let live: ReadonlyMap<string, LiveVersion> = new Map();
  let current: LiveVersion | null = null;
  const leaving = new Map<LiveVersion, Promise<void>>();
  /** The version that is being brought up; '' while it is not known yet. */
  let loading: string | null = null;
  /** What is wrong with what the folder holds now, by version; '' is the config. */
  let refused: ReadonlyMap<string, string> = new Map();
  let lastFailure: { error: unknown; at: number } | null = null;
  /** Just this version, as asked for; null: what the config says. */
  let pinned: string | null = null;
  let lastUse = 0;
  let waitingCount = 0;
  let isClosed = false;
  let isFetching = false;
  const turns = createTurns(name);

  function find(version: string | null): LiveVersion | null {
    return version === null ? current : (live.get(version) ?? null);
  }

  function lendNow(version: string | null): Borrowed | null {
    const found = find(version);
    if (!found) return null;
    lastUse = nextUse();
    return found.lend();
  }

  async function borrow(version: string | null, signal?: AbortSignal): Promise<Borrowed> {
    const lent = lendNow(version);
    if (lent) return lent;
    if (live.size > 0) throw notServed(name, version, [...live.keys()]);
    if (away !== null) throw notReady(name, away);
    if (lastFailure && now() - lastFailure.at < retryAfterMs) throw lastFailure.error;
    signal?.throwIfAborted();
    // Whoever waits keeps it from being put away again before they had it.
    waitingCount++;
    try {
      const problem = await untilAborted(
        ensure().then(
          () => null,
          (error: unknown) => error,
        ),
        signal,
      );
      const late = lendNow(version);
      if (late) return late;
      if (live.size > 0) throw refused.has(version ?? '') ? problem : notServed(name, version, [...live.keys()]);
      throw problem ?? goneAgain();
    } finally {
      waitingCount--;
    }
  }

  let ensuring: Promise<void> | null = null;
  /** One load for all who wait for it. */
  function ensure(): Promise<void> {
    ensuring ??= turns
      .take(async () => {
        if (live.size > 0) return;
        if (away !== null) throw goneAgain();
        await apply(pinned);
      })
      .catch((error: unknown) => {
        const isLasting =
          error instanceof SidecarError && error.code !== 'MODEL_NOT_INSTALLED' && error.code !== 'MODEL_NOT_READY';
        if (isLasting) lastFailure = { error, at: now() };
        throw error;
      })
      .finally(() => (ensuring = null));
    return ensuring;
  }

  /** Makes the folder's versions, or just `version`, the ones that answer. */
  async function apply(version: string | null): Promise<void> {
    if (isClosed) throw closed();
    loading = '';
    try {
      await change(version);
    } finally {
      loading = null;
    }
  }

  async function change(version: string | null): Promise<void> {
    // A slow request must not keep anybody from going back to what worked, but memory has an end.
    while (leaving.size > leavingMax) await Promise.race(leaving.values());
    const folder = await readFolder().catch((error: unknown) => {
      refused = new Map([['', reasonOf(error)]]);
      throw error;
    });
    if (!folder) {
      if (live.size > 0) refused = new Map([['', 'its folder is gone']]);
      throw notInstalled(name);
    }
    if (version !== null && !folder.versions.includes(version)) throw notThere(name, version, folder.versions);
    const wanted = version === null ? folder.served : [version];
    if (live.size === 0) await takeRoom();
    const { fresh, problems } = await prepareAll(folder, wanted);
    refused = new Map([...problems].map(([each, error]) => [each, reasonOf(error)]));
    // While something answers, it is all or nothing: versions of two configs side by side are what nobody asked for.
    if (isClosed || (problems.size > 0 && (live.size > 0 || fresh.size === 0))) {
      await Promise.all([...fresh.values()].map((each) => each.close()));
      if (live.size === 0) leaveRoom();
      throw isClosed ? closed() : refusedVersions(name, problems, [...live.keys()]);
    }
    swap(new Map(wanted.flatMap((each) => entryOf(each, fresh.get(each) ?? live.get(each)))));
    pinned = version;
    away = null;
    lastFailure = null;
    const digest = current?.model.digest;
    log.info({ model: name, versions: [...live.keys()], digest, pinned }, 'model ready');
    if (problems.size > 0) throw refusedVersions(name, problems, [...live.keys()]);
  }

  async function prepareAll(folder: ModelFolder, wanted: readonly string[]) {
    const fresh = new Map<string, LiveVersion>();
    const problems = new Map<string, unknown>();
    for (const version of wanted) {
      loading = version;
      try {
        const before = live.get(version);
        const isSame = before && before.fingerprint === (await fingerprintOf(await checkVersion(folder, version)));
        if (!isSame) fresh.set(version, await prepare(folder, version));
      } catch (error) {
        problems.set(version, error);
        if (!isClosed) log.error({ err: error, model: name, version }, 'model version refused');
      }
    }
    return { fresh, problems };
  }

  /** In one step, as far as anybody can see. What is not in `next` gets no new work and closes when it has no more. */
  function swap(next: ReadonlyMap<string, LiveVersion>): void {
    const before = [...live.values()];
    live = new Map([...next].toSorted(([a], [b]) => byVersion(a, b)));
    current = live.values().next().value ?? null;
    const kept = new Set(live.values());
    for (const version of before) {
      if (kept.has(version)) continue;
      leaving.set(
        version,
        version.retire().finally(() => leaving.delete(version)),
      );
    }
  }

  async function putAway(): Promise<void> {
    swap(new Map());
    await Promise.all(leaving.values());
  }

  function statuses(): ModelStatus[] {
    const why = [...refused].map(([version, reason]) =>
      version ? `version ${version} was refused: ${reason}` : reason,
    );
    const rows = new Map<string, ModelStatus>();
    const add = (version: string, state: ModelStatus['state'], reason: string) =>
      rows.has(version) || rows.set(version, { name, version, state, reason });
    for (const version of live.keys()) add(version, 'READY', why.join(' '));
    if (loading) add(loading, 'LOADING', 'being loaded');
    for (const { model } of leaving.keys()) add(model.version, 'UNLOADING', 'finishing what is under way');
    for (const [version, reason] of refused) if (version || rows.size === 0) add(version, 'UNAVAILABLE', reason);
    if (rows.size === 0 && loading !== null) add('', 'LOADING', 'being loaded');
    if (rows.size === 0 && away !== null) add('', isFetching ? 'LOADING' : 'UNAVAILABLE', away);
    return [...rows.values()];
  }

  const goneAgain = () => notReady(name, away ?? 'it was put away again');

  return {
    name,
    lendNow,
    borrow,
    peek: (version: string | null): ServedModel | null => find(version)?.model ?? null,
    /** Loads it for the first time, after what `fetch` does. */
    start: (fetch: () => Promise<unknown>): Promise<void> =>
      turns.take(async () => {
        try {
          isFetching = true;
          await fetch().finally(() => (isFetching = false));
          await apply(null);
        } catch (error) {
          // One of several versions is enough to begin with.
          if (live.size > 0) return;
          // The message may name folders of this machine; whoever asks from outside gets the code.
          away = `it could not be prepared (${error instanceof SidecarError ? error.code : 'INTERNAL_SERVER_ERROR'})`;
          throw error;
        }
      }),
    load: (version: string | null): Promise<void> => turns.take(() => apply(version)),
    unload: (): Promise<void> =>
      turns.take(async () => {
        if (live.size === 0 && !(await readFolder())) throw notInstalled(name);
        away = 'it was unloaded, and stays away until it is loaded again';
        await putAway();
        leaveRoom();
        log.info({ model: name }, 'model unloaded');
      }),
    /** Makes room for another one; asking for it brings it back. */
    async evict(): Promise<void> {
      log.info({ model: name }, 'model put away to make room');
      await putAway();
    },
    get canLeave() {
      const isIdle = waitingCount === 0 && turns.isIdle;
      return isIdle && live.size > 0 && [...live.values()].every((version) => version.isIdle);
    },
    get lastUse() {
      return lastUse;
    },
    /** Why it does not answer. Null when it does, and where asking for it is enough. */
    get away() {
      return away;
    },
    /** Nothing is known of it that the folder does not say. */
    get isBlank() {
      return (
        turns.isIdle &&
        waitingCount === 0 &&
        live.size === 0 &&
        leaving.size === 0 &&
        refused.size === 0 &&
        pinned === null &&
        away === null
      );
    },
    engines: () => [...live.values(), ...leaving.keys()].map(({ model }) => model.engine),
    figures: (): ModelFigures[] =>
      statuses().map(({ version }) => ({ name, version, engine: live.get(version)?.model.engine ?? null })),
    statuses,
    /** At once: whoever still uses it loses it. */
    async close(): Promise<void> {
      isClosed = true;
      await turns.idle();
      await Promise.all([...live.values(), ...leaving.keys()].map((version) => version.close()));
    },
  };
}

const closed = () => new SidecarError('SERVICE_UNAVAILABLE', 'The sidecar is shutting down.');

const entryOf = (version: string, found: LiveVersion | undefined): [string, LiveVersion][] =>
  found ? [[version, found]] : [];
