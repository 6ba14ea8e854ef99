import type { Parts } from '../base-client.ts';
import { Call } from '../call.ts';
import type { WithResponse } from '../call.ts';
import { ConfigurationError, ResponseInvalidError } from '../errors/connection-errors.ts';
import { errorOfRest } from '../errors/read-errors.ts';
import type { CallOptions } from '../options.ts';
import { factsOf } from '../transport/http.ts';
import type { Answer } from '../transport/http.ts';

/** A picture in any format that the sidecar reads. */
export type Image = Blob | ArrayBuffer | Uint8Array<ArrayBuffer>;

export type SidecarParts = Pick<Parts, 'http' | 'settings'>;

type Question = {
  /** With a slash in front, and its parts encoded. */
  path: string;
  /** What is not given is left out; lists are joined by commas. */
  query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  headers?: Readonly<Record<string, string>>;
  /** A question without a body is a GET. */
  body?: BodyInit;
};

/** One question to the inference sidecar. Every answer is the same the next time, so it is repeated like any other call. */
export function askSidecar<T>(
  { http, settings }: SidecarParts,
  { path, query = {}, headers = {}, body }: Question,
  options: CallOptions,
  read: (answer: Answer) => T,
): Call<T> {
  async function ask(): Promise<WithResponse<T>> {
    if (!settings.inferenceUrl) throw new ConfigurationError('Give the client an inferenceUrl to use predict.');
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    // It makes texts of numbers, and joins lists by commas.
    const search = new URLSearchParams(given as [string, string][]);
    return http(
      {
        url: `${settings.inferenceUrl}${path}${given.length > 0 ? `?${search}` : ''}`,
        method: body === undefined ? 'GET' : 'POST',
        headers,
        body: () => body ?? null,
        repeatable: true,
        authorized: true,
      },
      options,
      (answer) => {
        if (!answer.ok) throw errorOfRest(answer.body, answer);
        return { data: read(answer), response: factsOf(answer) };
      },
    );
  }
  return new Call(ask());
}

/** The header that says what a picture is; the sidecar looks for itself where nobody knows. */
export const typeOf = (image: Image) => ({
  'content-type': image instanceof Blob && image.type ? image.type : 'application/octet-stream',
});

/** The answer as what the OpenAPI document promises, after a look at one field that it always has. */
export function bodyWith<T extends object>(answer: Answer, field: keyof T & string): T {
  const { body } = answer;
  if (typeof body !== 'object' || body === null || !(field in body))
    throw new ResponseInvalidError('The answer is not one of an inference sidecar.', answer);
  return body as T;
}
