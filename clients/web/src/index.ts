// The public entry, and the only barrel: what is not named here may change at any time.
export { WebClient } from './web-client.ts';
export type { AuthOf, SessionKind, WebOptions } from './session/session-kind.ts';
export type { CookieAuth, SignedInHere } from './session/auth.ts';
export { createPredictPicture } from './pictures/predict.ts';
export type { PredictPicture } from './pictures/predict.ts';
export type { Picture } from './pictures/to-image.ts';
