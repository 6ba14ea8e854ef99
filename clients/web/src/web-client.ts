import { BaseClient, createUploader } from '@sightline/core';
import { createPredictPicture } from './pictures/predict.ts';
import type { PredictPicture } from './pictures/predict.ts';
import { createListeners } from './session/listeners.ts';
import { optionsOf, replacementsOf } from './session/session-kind.ts';
import type { AuthOf, SessionKind, WebOptions } from './session/session-kind.ts';

/**
 * A client for a page: signing in, the feed, any document, pictures and files. It speaks to the server that the page came
 * from unless `baseUrl` says another; `with` adds resources, and the entry `@sightline/web/full` has them all.
 */
export class WebClient<const S extends SessionKind = 'cookies'> extends BaseClient<AuthOf<S>> {
  /** What a model sees in a file, a canvas, a bitmap or the present frame of a video. Needs `inferenceUrl`. */
  readonly predict: PredictPicture;
  /** Sends one file, and tells how far it is. The id then goes into `sources.create({ uploadIds })`. */
  readonly upload: ReturnType<typeof createUploader>;
  /** Calls `listener` whenever somebody else, or nobody, may be signed in: what was read before is not theirs. Gives the way out. */
  readonly onViewerChange: (listener: () => void) => () => void;

  /** Throws ConfigurationError. */
  constructor(options: WebOptions<S> = {}) {
    const { tell, listen } = createListeners();
    super(optionsOf(options, tell), replacementsOf(options));
    this.onViewerChange = listen;
    this.predict = createPredictPicture(this.parts);
    this.upload = createUploader(this.parts);
  }
}
