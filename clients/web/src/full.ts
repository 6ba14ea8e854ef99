// The entry for pages that need not count bytes, and with the others the only barrels.
import { Client } from '@sightline/core';
import { createPredictPicture } from './pictures/predict.ts';
import type { PredictPicture } from './pictures/predict.ts';
import { createListeners } from './session/listeners.ts';
import { optionsOf, replacementsOf } from './session/session-kind.ts';
import type { AuthOf, SessionKind, WebOptions } from './session/session-kind.ts';

/**
 * `WebClient` with everything that a Sightline server offers. With cookies people sign in and switch by `auth` alone: ways of
 * other resources that give tokens throw ConfigurationError.
 */
export class WebClient<const S extends SessionKind = 'cookies'> extends Client<AuthOf<S>> {
  declare readonly predict: PredictPicture;
  readonly onViewerChange: (listener: () => void) => () => void;

  /** Throws ConfigurationError. */
  constructor(options: WebOptions<S> = {}) {
    const { tell, listen } = createListeners();
    super(optionsOf(options, tell), { ...replacementsOf(options), predict: (parts) => createPredictPicture(parts) });
    this.onViewerChange = listen;
  }
}
