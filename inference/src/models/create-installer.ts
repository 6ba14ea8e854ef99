import { SidecarError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { CatalogueEntry } from './catalogue.ts';
import type { ShowProgress } from './progress.ts';

/** How far it is with a model that somebody wanted. */
export type InstallState = {
  doneBytes: number;
  /** Null where nobody knows how long it will be. */
  totalBytes: number | null;
  /** Why it is not there; null while it is under way. */
  problem: { code: string; message: string } | null;
};

export type Installer = AsyncDisposable & {
  /** Of a model that is being fetched, or was in vain; null of all others. */
  stateOf(name: string): InstallState | null;
  /** Fetches a model in the background, after those before it. One that is under way goes on. */
  start(entry: CatalogueEntry): void;
};

type Deps = {
  install(entry: CatalogueEntry, how: { showProgress: ShowProgress; signal: AbortSignal }): Promise<unknown>;
  /** Something was put in place. */
  onInstalled(name: string): Promise<unknown>;
  log: Logger;
};

/** Fetches models while others are served, one at a time: their conversion takes memory. */
export function createInstaller({ install, onInstalled, log }: Deps): Installer {
  const states = new Map<string, InstallState>();
  const closing = new AbortController();
  const { signal } = closing;
  let last: Promise<void> = Promise.resolve();

  async function run(entry: CatalogueEntry, state: InstallState): Promise<void> {
    const { name } = entry;
    if (signal.aborted) return;
    const showProgress: ShowProgress = (_name, doneBytes, totalBytes) =>
      Object.assign(state, { doneBytes, totalBytes });
    try {
      await install(entry, { showProgress, signal });
      await onInstalled(name);
      states.delete(name);
    } catch (error) {
      if (signal.aborted) return;
      log.error({ model: name, err: error }, 'model not installed');
      const { code, message } =
        error instanceof SidecarError
          ? error
          : {
              code: 'INTERNAL_SERVER_ERROR',
              message: 'It could not be put in place; the log of the sidecar says why.',
            };
      state.problem = { code, message };
    }
  }

  return {
    stateOf: (name) => states.get(name) ?? null,
    start(entry) {
      if (states.get(entry.name)?.problem === null) return;
      const state: InstallState = { doneBytes: 0, totalBytes: null, problem: null };
      states.set(entry.name, state);
      last = last.then(() => run(entry, state));
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await last;
    },
  };
}
