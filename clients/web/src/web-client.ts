import { BaseClient, createUploader } from '@sightline/core';
import { createPredictPicture } from './pictures/predict.ts';
import type { PredictPicture } from './pictures/predict.ts';
import { optionsOf, replacementsOf } from './session/session-kind.ts';
import type { AuthOf, Listeners, SessionKind, WebOptions } from './session/session-kind.ts';

/**
 * A client for a page: signing in, the feed, any document, pictures and files. It speaks to the server that the page came
 * from unless `baseUrl` says another; `with` adds resources, and the entry `@sightline/web/full` has them all.
 */
export class WebClient<const S extends SessionKind = 'cookies'> extends BaseClient<AuthOf<S>> {
  /** What a model sees in a file, a canvas, a bitmap or the present frame of a video. Needs `inferenceUrl`. */
  readonly predict: PredictPicture;
  /** Sends one file, and tells how far it is. The id then goes into `sources.create({ uploadIds })`. */
  readonly upload: ReturnType<typeof createUploader>;
  readonly #listeners: Listeners;

  /** Throws ConfigurationError. */
  constructor(options: WebOptions<S> = {}) {
    const listeners: Listeners = new Set();
    super(
      optionsOf(options, () => {
        for (const listener of listeners) listener();
      }),
      replacementsOf(options),
    );
    this.#listeners = listeners;
    this.predict = createPredictPicture(this.parts);
    this.upload = createUploader(this.parts);
  }

  /** Calls `listener` whenever somebody else, or nobody, may be signed in: what was read before is not theirs. Gives the way out. */
  onViewerChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
