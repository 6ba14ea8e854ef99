import type { Call } from '../call.ts';
import type { Prediction } from '../rest-entities.ts';
import type { CallOptions } from '../options.ts';
import { askSidecar, bodyWith, typeOf } from './sidecar.ts';
import type { Image, SidecarParts } from './sidecar.ts';

export type PredictOptions = CallOptions & {
  /** The model's name; the sidecar's default model unless given. */
  model?: string | undefined;
  /** One version of it, so that answers stay comparable; the newest that is ready unless given. Needs `model`. */
  version?: string | undefined;
  /** Only these labels. */
  labels?: readonly string[] | undefined;
  /** Least confidence of what is reported, 0 to 1; the model's own threshold unless given. */
  threshold?: number | undefined;
  /** At most this many, surest first; 100 objects or 5 classes unless given. */
  max?: number | undefined;
  /** Of a classifier: its vector, too. */
  embedding?: boolean | undefined;
  /** `batch` comes after everything that somebody waits for. */
  priority?: 'interactive' | 'batch' | undefined;
};

/** Asks somebody what is in a picture. `task` of the answer tells which shape it has. */
export type Predict = (image: Image, options?: PredictOptions) => Call<Prediction>;

/**
 * What a model sees in one picture. The same picture gives the same answer. Throws NotFoundError for a model that is not
 * there, InvalidRequestError for what is no picture, RateLimitError and PlanLimitError where the organization may ask no more,
 * ConfigurationError without an `inferenceUrl`.
 */
export function createPredict(parts: SidecarParts): Predict {
  return (image, { model, version, labels, threshold, max, embedding, priority, ...options } = {}) => {
    const ofModel = model === undefined ? '' : `/${encodeURIComponent(model)}`;
    const ofVersion = version === undefined ? '' : `/versions/${encodeURIComponent(version)}`;
    const question = {
      path: `/predict${ofModel}${ofVersion}`,
      query: { labels, threshold, max, embedding, priority },
      headers: typeOf(image),
      body: image,
    };
    return askSidecar(parts, question, options, (answer) => bodyWith<Prediction>(answer, 'task'));
  };
}
