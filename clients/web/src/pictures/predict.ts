import { Call, createPredict } from '@sightline/core';
import type { Parts, Predict, PredictOptions, Prediction } from '@sightline/core';
import { toImage } from './to-image.ts';
import type { Picture } from './to-image.ts';

export type PredictPicture = (picture: Picture, options?: PredictOptions) => Call<Prediction>;

/** What a model sees in a file, a canvas, a bitmap or the present frame of a video. Throws as `predict` of the core does, and ConfigurationError for what a page cannot read. */
export function createPredictPicture(parts: Parts, predict: Predict = createPredict(parts)): PredictPicture {
  return (picture, options) => new Call(toImage(picture).then((image) => predict(image, options).withResponse()));
}
