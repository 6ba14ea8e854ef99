import { ConfigurationError, ResponseInvalidError } from '../errors/connection-errors.ts';
import { errorOfRest } from '../errors/read-errors.ts';
import type { CallOptions } from '../options.ts';
import type { Http } from '../transport/http.ts';

/** Origin top left. */
export type Box = { x: number; y: number; width: number; height: number };

export type Detection = {
  label: string;
  /** 0 to 1 */
  confidence: number;
  /** Pixels of the upright picture. */
  box: Box;
  /** Fractions of the picture, 0 to 1. */
  normalizedBox: Box;
};

export type Prediction = {
  /** Most confident first. */
  detections: Detection[];
  /** Pixels of the upright picture. */
  image: { width: number; height: number };
  model: { name: string; version: string; digest: string };
  /** Milliseconds a stage, under names that end in `Ms`. */
  timings: Readonly<Record<string, number>>;
  /** The model did not have to look: it had seen the same picture for the same organization. */
  cached: boolean;
  requestId: string;
};

/** A picture in any format the sidecar reads. */
export type Image = Blob | ArrayBuffer | Uint8Array<ArrayBuffer>;

/** Asks somebody what is in a picture. */
export type Predict = (image: Image, options?: CallOptions) => Promise<Prediction>;

type Deps = { http: Http; inferenceUrl: string | null };

export function createPredict({ http, inferenceUrl }: Deps): Predict {
  /** What a model sees in one picture. The same picture gives the same answer, so this is retried. */
  return async (image, options = {}) => {
    if (!inferenceUrl) throw new ConfigurationError('Give the client an inferenceUrl to use predict.');
    return http(
      {
        url: `${inferenceUrl}/predict`,
        method: 'POST',
        headers: { 'content-type': image instanceof Blob && image.type ? image.type : 'application/octet-stream' },
        body: () => image,
        repeatable: true,
        authorized: true,
      },
      options,
      (answer) => {
        if (!answer.ok) throw errorOfRest(answer.body, answer);
        if (!isPrediction(answer.body))
          throw new ResponseInvalidError('The answer is not one of an inference sidecar.', answer);
        return answer.body;
      },
    );
  };
}

function isPrediction(body: unknown): body is Prediction {
  return Array.isArray((body as Prediction | undefined)?.detections);
}
