import { errorOfRest, newIdempotencyKey } from '@sightline/core';
import type { Answer, CallOptions, Parts } from '@sightline/core';

export type Ask = (
  method: string,
  path: string,
  options?: CallOptions,
  /** `authorized` unless said otherwise: with what a page proves itself by. */
  more?: { body?: object; authorized?: boolean },
) => Promise<Answer>;

/** One request to `/session` and what is below it. Throws what the server refused. */
export function createAsk({ http, settings }: Pick<Parts, 'http' | 'settings'>): Ask {
  return (method, path, options = {}, { body, authorized = true } = {}) =>
    http(
      {
        url: `${settings.baseUrl}/session${path}`,
        method,
        headers: body
          ? {
              'content-type': 'application/json',
              // What opens a door opens it once: an answer that was lost is given again.
              'idempotency-key': options.idempotencyKey ?? newIdempotencyKey(),
            }
          : {},
        body: () => (body ? JSON.stringify(body) : null),
        repeatable: true,
        authorized,
      },
      options,
      (answer) => {
        if (!answer.ok) throw errorOfRest(answer.body, answer);
        return answer;
      },
    );
}
