import { ResponseInvalidError } from '../errors/connection-errors.ts';
import type { ErrorFacts } from '../errors/sightline-error.ts';
import { errorOfGraphql, errorOfRest } from '../errors/read-errors.ts';
import { Call } from '../call.ts';
import type { ResponseFacts, WithResponse } from '../call.ts';
import type { CallOptions, Settings } from '../options.ts';
import { isQuery, wordsFor } from './document.ts';
import { newIdempotencyKey } from './idempotency-key.ts';
import type { TypedDocument } from './document.ts';
import { factsOf } from './http.ts';
import type { Answer, Http } from './http.ts';

export type GraphqlOptions = CallOptions & {
  /** Whether the same request may be sent again when nobody knows what became of it. Yes, unless given: the server does it once. */
  repeatable?: boolean;
};

export type Executed<Result> = { data: Result; requestId: string | null; response: ResponseFacts };

export type Graphql = <Result, Variables>(
  document: TypedDocument<Result, Variables>,
  variables: Variables,
  options?: GraphqlOptions,
) => Promise<Executed<Result>>;

type Deps = {
  http: Http;
  settings: Settings;
  /** Whether the viewer's credential goes along. */
  authorized?: boolean;
};

/**
 * Runs queries and mutations over HTTP. A mutation has a key, the same for all tries of a call, by which the server does it
 * once. Rejects with the SightlineError the answer means.
 */
export function createGraphql({ http, settings, authorized = true }: Deps): Graphql {
  return async (document, variables, options = {}) => {
    const key = isQuery(document) ? null : (options.idempotencyKey ?? newIdempotencyKey());
    const body = JSON.stringify({ ...(await wordsFor(document, settings.documents)), variables });
    return http(
      {
        url: `${settings.baseUrl}/graphql`,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json, application/json;q=0.9',
          ...(key !== null && { 'idempotency-key': key }),
        },
        body: () => body,
        repeatable: options.repeatable ?? true,
        authorized,
      },
      options,
      (answer) => readAnswer(answer),
    );
  };
}

// The one place where the shape of an answer is taken on trust: the document says it, and the server executed the document.
export function readAnswer<Result>(answer: Answer): Executed<Result> {
  const body = answer.body as { data?: Result | null; errors?: unknown } | null | undefined;
  if (Array.isArray(body?.errors) && body.errors.length > 0) throw errorOfGraphql(body.errors, answer);
  if (!answer.ok) throw errorOfRest(body, answer);
  if (typeof body?.data !== 'object' || !body.data) throw notGraphql(answer);
  return { data: body.data, requestId: answer.requestId, response: factsOf(answer) };
}

/** A call of which people want only a part: `read` gives it, or throws what the answer means. */
export function callOf<Result, T>(
  executed: Promise<Executed<Result>>,
  read: (executed: Executed<Result>) => T,
): Call<T> {
  return new Call(executed.then((answer) => understood(answer, read)));
}

/** What `read` makes of an answer. Throws ResponseInvalidError for one that lacks what was asked for. */
export function understood<Result, T>(
  answer: Executed<Result>,
  read: (executed: Executed<Result>) => T,
): WithResponse<T> {
  const { data, response } = answer;
  try {
    if (hasFields(data)) return { data: read(answer), response };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  throw notGraphql(response);
}

/** Whether there is anything in what was answered. */
export const hasFields = (data: unknown): boolean => Object.keys(data ?? {}).length > 0;

export const notGraphql = (facts?: Partial<ErrorFacts>) =>
  new ResponseInvalidError('The answer is not one of a GraphQL server. Is baseUrl right?', facts);
