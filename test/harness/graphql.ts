import assert from 'node:assert/strict';
import type { Answer } from './answer.ts';
import { patienceMs } from './until.ts';

/** What came back, and a way to insist on it: a failed expectation prints all there is to know. */
export type GraphqlAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly data: Answer;
  readonly errors: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
  /** The data, or a failure that shows the errors. */
  expectData(): Answer;
  /** The code of the only error. */
  expectCode(code: string): void;
};

type Options = { token?: string | null; headers?: Record<string, string> };

/** One operation over real HTTP. */
export async function graphql(
  server: { url: string },
  query: string,
  variables: Record<string, unknown> = {},
  { token = null, headers = {} }: Options = {},
): Promise<GraphqlAnswer> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(patienceMs),
  });
  const text = await response.text();
  const body = JSON.parse(text) as { data?: unknown; errors?: GraphqlAnswer['errors'] };
  const errors = body.errors ?? [];
  const story = `${response.status} ${text}\n${query}\n${JSON.stringify(variables)}`;
  return {
    status: response.status,
    headers: response.headers,
    text,
    data: body.data,
    errors,
    expectData() {
      assert.deepEqual(errors, [], story);
      assert.ok(body.data, story);
      return body.data;
    },
    expectCode(code) {
      assert.deepEqual(
        errors.map(({ extensions }) => extensions?.['code']),
        [code],
        story,
      );
    },
  };
}
