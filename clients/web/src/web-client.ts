import { BaseClient } from '@sightline/core';
import { createPredictPicture } from './pictures/predict.ts';
import type { PredictPicture } from './pictures/predict.ts';
import { createListeners } from './session/listeners.ts';
import { optionsOf, replacementsOf } from './session/session-kind.ts';
import type { AuthOf, SessionKind, WebOptions } from './session/session-kind.ts';

/**
 * A client for a page: signing in, the feed, any document, and pictures. It speaks to the server that the page came from
 * unless `baseUrl` says another. `with` adds resources, such as `sources`, which send files and tell how far they are; the
 * entry `@sightline/web/full` has everything.
 */
export class WebClient<const S extends SessionKind = 'cookies'> extends BaseClient<AuthOf<S>> {
  /** What a model sees in a file, a canvas, a bitmap or the present frame of a video. Needs `inferenceUrl`. */
  readonly predict: PredictPicture;
  /** Calls `listener` whenever somebody else, or nobody, may be signed in: what was read before is not theirs. Gives the way out. */
  readonly onViewerChange: (listener: () => void) => () => void;

  /** Throws ConfigurationError. */
  constructor(options: WebOptions<S> = {}) {
    const { tell, listen } = createListeners();
    super(optionsOf(options, tell), replacementsOf(options));
    this.onViewerChange = listen;
    this.predict = createPredictPicture(this.parts);
  }
}
