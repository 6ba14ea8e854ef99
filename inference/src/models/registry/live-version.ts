import type { Logger } from '../../logger.ts';
import type { Borrowed, ServedModel } from '../served-model.ts';

/** A version that answers, and how many are using it. */
export type LiveVersion = {
  readonly model: ServedModel;
  /** Of the weights and of what the config says about using them. */
  readonly fingerprint: string;
  readonly isIdle: boolean;
  lend(): Borrowed;
  /** Closes it once everybody has given it back. Whoever calls makes sure that nobody new comes. */
  retire(): Promise<void>;
  /** At once. */
  close(): Promise<void>;
};

type Deps = {
  model: ServedModel;
  fingerprint: string;
  /** What closes with it. */
  lifetime: AsyncDisposable;
  log: Logger;
};

/** No request may take longer: whoever has not given a version back by then has lost it. */
const drainMsMax = 11 * 60_000;

export function createLiveVersion({ model: opened, fingerprint, lifetime, log }: Deps): LiveVersion {
  let useCount = 0;
  let closed: Promise<void> | null = null;
  const returned = Promise.withResolvers<void>();
  let isRetiring = false;

  function give(): void {
    useCount--;
    if (isRetiring && useCount === 0) returned.resolve();
  }

  /** Work that outlives the request that began it, as when several share a run, keeps the version by itself. */
  const held = <Args extends unknown[], Answer>(work: (...args: Args) => Promise<Answer>) => {
    return async (...args: Args): Promise<Answer> => {
      useCount++;
      try {
        return await work(...args);
      } finally {
        give();
      }
    };
  };
  const { detector, encoder } = opened;
  const model: ServedModel = {
    ...opened,
    detector: detector && { ...detector, file: held(detector.file), raw: held(detector.raw) },
    encoder: encoder && { ...encoder, file: held(encoder.file) },
  };

  async function closeOnce(): Promise<void> {
    const { name, version } = model;
    try {
      await lifetime[Symbol.asyncDispose]();
      log.info({ model: name, version }, 'model version closed');
    } catch (error) {
      log.error({ err: error, model: name, version }, 'closing a model failed');
    }
  }

  const close = (): Promise<void> => (closed ??= closeOnce());

  return {
    model,
    fingerprint,
    get isIdle() {
      return useCount === 0;
    },
    lend() {
      useCount++;
      let isOut = true;
      return {
        model,
        [Symbol.dispose]() {
          if (isOut) give();
          isOut = false;
        },
      };
    },
    async retire() {
      isRetiring = true;
      if (useCount > 0 && !closed) {
        const impatience = setTimeout(() => {
          log.error({ model: model.name, version: model.version, useCount }, 'a model was never given back');
          returned.resolve();
        }, drainMsMax).unref();
        await returned.promise;
        clearTimeout(impatience);
      }
      await close();
    },
    close() {
      returned.resolve();
      return close();
    },
  };
}
