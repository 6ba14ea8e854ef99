import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import {
  AbortError,
  AuthenticationError,
  Client,
  ClientErrorCode,
  ConfigurationError,
  ConflictError,
  ConnectionError,
  InvalidRequestError,
  NotFoundError,
  PermissionDeniedError,
  PlanLimitError,
  RateLimitError,
  ResponseInvalidError,
  ServerError,
  SightlineError,
  TimeoutError,
  clientErrors,
  explain,
  webhooks,
} from '@sightline/core';
import type { ClientOptions } from '@sightline/core';
import { ConsentMissingError, SpoolFullError } from '@sightline/desktop';
import { assertLanguage } from '../contract/language.ts';
import { sentencesIn } from '../contract/messages-in.ts';
import { graphqlError, startFakeServer } from './fake-server.ts';
import type { FakeServer, Reply } from './fake-server.ts';

const clientOf = (server: { url: string }, options: ClientOptions = {}) =>
  new Client({ baseUrl: server.url, token: 'token-1', maxRetries: 0, ...options });

async function failureOf(call: Promise<unknown>): Promise<SightlineError> {
  const error = await call.then(
    () => assert.fail('it should have failed'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SightlineError, `not one of ours: ${String(error)}`);
  return error;
}

async function failureAfter(server: FakeServer, reply: Reply): Promise<SightlineError> {
  server.reply(reply);
  return failureOf(clientOf(server).auth.viewer());
}

test('an address nobody listens on is a ConnectionError that may be retried', async () => {
  const server = await startFakeServer();
  await server[Symbol.asyncDispose]();
  const error = await failureOf(clientOf(server).auth.viewer());
  assert.ok(error instanceof ConnectionError);
  assert.equal(error.code, 'CONNECTION_FAILED');
  assert.equal(error.retryable, true);
  assert.match(error.message, /ECONNREFUSED/);
  assert.match(error.requestId ?? '', /^[\w-]{36}$/);
});

test('a connection cut before the answer is a ConnectionError', async () => {
  await using server = await startFakeServer();
  assert.ok((await failureAfter(server, 'cut')) instanceof ConnectionError);
});

test('an answer of something that is not our server is a ResponseInvalidError', async () => {
  await using server = await startFakeServer();
  const page = await failureAfter(server, { status: 200, text: '<h1>hello</h1>' });
  assert.ok(page instanceof ResponseInvalidError);
  assert.equal(page.retryable, false);
  const proxy = await failureAfter(server, { status: 502, text: '<h1>bad gateway</h1>' });
  assert.ok(proxy instanceof ResponseInvalidError);
  assert.equal(proxy.retryable, true);
  assert.equal(proxy.status, 502);
  for (const body of [
    null,
    [],
    1,
    {},
    { data: null },
    { data: 1 },
    { errors: [] },
    { errors: [{}] },
    { errors: [null] },
  ]) {
    const error = await failureAfter(server, { body });
    assert.ok(error instanceof ResponseInvalidError, JSON.stringify(body));
  }
});

test('every code of the server becomes the class that its meaning asks for', async () => {
  await using server = await startFakeServer();
  const expected = {
    UNAUTHENTICATED: AuthenticationError,
    FORBIDDEN: PermissionDeniedError,
    NOT_FOUND: NotFoundError,
    INPUT_INVALID: InvalidRequestError,
    CURSOR_INVALID: InvalidRequestError,
    QUERY_TOO_COMPLEX: InvalidRequestError,
    UPLOAD_INCOMPLETE: ConflictError,
    RATE_LIMITED: RateLimitError,
    INTERNAL_SERVER_ERROR: ServerError,
    SERVICE_UNAVAILABLE: ServerError,
    A_CODE_OF_TOMORROW: InvalidRequestError,
  };
  for (const [code, Class] of Object.entries(expected)) {
    const error = await failureAfter(server, {
      errors: [graphqlError(code, { details: { field: 'name' }, retryAfterMs: 70 })],
    });
    assert.equal(error.constructor, Class, code);
    const { name, message, requestId, retryAfterMs, details } = error;
    assert.deepEqual(
      { name, message, requestId, retryAfterMs, details },
      {
        name: Class.name,
        message: `about ${code}`,
        requestId: 'request-1',
        retryAfterMs: 70,
        details: { field: 'name' },
      },
    );
  }
});

test('members of a result union that are not the payload are thrown as typed errors with their facts', async () => {
  await using server = await startFakeServer();
  const sources = clientOf(server).sources;
  const input = { name: 'door', kind: 'IMAGES', path: '/door' } as const;
  const headers = { 'x-request-id': 'request-7' };
  const taken = {
    __typename: 'SourceNameTakenError',
    code: 'SOURCE_NAME_TAKEN',
    message: 'Taken.',
    sourceName: 'door',
  };
  server.reply({ data: { createSource: taken }, headers });
  const conflict = await failureOf(sources.create(input));
  assert.ok(conflict instanceof ConflictError);
  assert.deepEqual(conflict.details, { sourceName: 'door' });
  assert.equal(conflict.requestId, 'request-7');
  const full = {
    __typename: 'PlanLimitReachedError',
    code: 'PLAN_LIMIT_REACHED',
    message: 'Full.',
    limit: 'maxSources',
    allowed: 10,
  };
  server.reply({ data: { createSource: full }, headers });
  const limit = await failureOf(sources.create(input));
  assert.ok(limit instanceof PlanLimitError);
  assert.deepEqual(limit.details, { limit: 'maxSources', allowed: 10 });
});

test('refusals of the sidecar are the same errors', async () => {
  await using server = await startFakeServer();
  const client = clientOf(server, { inferenceUrl: server.url });
  const picture = new Uint8Array([1, 2, 3]);
  const error = { code: 'UNSUPPORTED_MEDIA_TYPE', message: 'Not a picture.', requestId: 'request-3' };
  server.reply({ status: 415, body: { error } });
  const wrong = await failureOf(client.predict(picture));
  assert.ok(wrong instanceof InvalidRequestError);
  assert.deepEqual(
    [wrong.code, wrong.status, wrong.requestId, wrong.retryable],
    ['UNSUPPORTED_MEDIA_TYPE', 415, 'request-3', false],
  );
  server.reply({
    status: 503,
    body: { error: { code: 'OVERLOADED', message: 'Busy.' } },
    headers: { 'retry-after': '2' },
  });
  const busy = await failureOf(client.predict(picture));
  assert.ok(busy instanceof ServerError);
  assert.deepEqual([busy.retryable, busy.retryAfterMs], [true, 2000]);
  assert.deepEqual([...(server.requests.at(-1)?.bytes ?? [])], [1, 2, 3]);
});

test('aborting ends the call, and the server sees it', async () => {
  await using server = await startFakeServer();
  server.reply('hang');
  const controller = new AbortController();
  const call = failureOf(clientOf(server).auth.viewer({ signal: controller.signal }));
  await server.received(1);
  controller.abort('changed my mind');
  const error = await call;
  assert.ok(error instanceof AbortError);
  assert.equal(error.cause, 'changed my mind');
  await server.hungUp;
  await failureOf(clientOf(server).auth.viewer({ signal: controller.signal }));
  assert.equal(server.requests.length, 1, 'a signal that aborted before sends nothing');
});

test('a call that takes longer than its timeout is a TimeoutError, and the server sees it end', async () => {
  await using server = await startFakeServer();
  server.reply('hang');
  // Long enough for a busy machine to have sent it by then.
  const error = await failureOf(clientOf(server).auth.viewer({ timeoutMs: 500 }));
  assert.ok(error instanceof TimeoutError);
  assert.equal(error.timeoutMs, 500);
  await server.hungUp;
});

test('options that make no sense are refused when the client is made', () => {
  const refused: ClientOptions[] = [
    { baseUrl: 'localhost:4000' },
    { baseUrl: 'ftp://x' },
    { token: 'a', apiKey: 'b' },
    { timeoutMs: 0 },
    { timeoutMs: Number.NaN },
    { timeoutMs: 2 ** 31 },
    { maxRetries: -1 },
  ];
  for (const options of refused) assert.throws(() => new Client(options), ConfigurationError, JSON.stringify(options));
});

test('predict without an inferenceUrl says what is missing', async () => {
  const client = new Client({ baseUrl: 'https://sightline.example' });
  assert.ok((await failureOf(client.predict(new Uint8Array(1)))) instanceof ConfigurationError);
});

test('one call can speak for somebody else, with its own request id', async () => {
  await using server = await startFakeServer();
  server.reply({ data: { viewer: null } });
  const client = clientOf(server);
  await client.auth.viewer({ token: 'token-2', requestId: 'mine', headers: { 'x-extra': 'yes' } });
  await client.auth.viewer();
  const [first, second] = server.requests.map(({ headers }) => headers);
  assert.deepEqual(
    [first?.authorization, first?.['x-request-id'], first?.['x-extra']],
    ['Bearer token-2', 'mine', 'yes'],
  );
  assert.equal(second?.authorization, 'Bearer token-1');
});

test('what to do, and where a code is explained, come along from every kind of answer', async () => {
  await using server = await startFakeServer();
  const client = clientOf(server, { inferenceUrl: server.url });
  const facts = { hint: 'Do this.', docs: 'docs/errors.md#x', retryable: true };
  const told = ({ hint, docs, retryable }: SightlineError) => ({ hint, docs, retryable });
  assert.deepEqual(told(await failureAfter(server, { errors: [graphqlError('RATE_LIMITED', facts)] })), facts);
  const taken = { __typename: 'SourceNameTakenError', code: 'SOURCE_NAME_TAKEN', message: 'Taken.', ...facts };
  server.reply({ data: { createSource: taken } });
  const union = await failureOf(client.sources.create({ name: 'door', kind: 'IMAGES', path: '/door' }));
  assert.deepEqual([told(union), union.details], [facts, {}]);
  const error = { code: 'IMAGE_MISSING', message: 'None.', ...facts, retryAfterMs: 1_500 };
  server.reply({ status: 400, body: { title: 'x', error } });
  const rest = await failureOf(client.predict(new Uint8Array(1)));
  assert.deepEqual([told(rest), rest.retryAfterMs], [facts, 1_500]);
});

const webhookSecret = `whsec_${btoa('x'.repeat(24))}`;

/** How each code of the client's own comes about, in all its sentences that can be had by one call. */
const own: Record<ClientErrorCode, (server: FakeServer) => (() => Promise<SightlineError>)[]> = {
  CONNECTION_FAILED: (server) => [
    () => failureOf(clientOf({ url: 'http://127.0.0.1:9' }).auth.viewer()),
    () => failureAfter(server, 'cut'),
  ],
  TIMED_OUT: (server) => [
    () => {
      server.reply('hang');
      return failureOf(clientOf(server).auth.viewer({ timeoutMs: 30 }));
    },
  ],
  ABORTED: (server) => [() => failureOf(clientOf(server).auth.viewer({ signal: AbortSignal.abort() }))],
  RESPONSE_INVALID: (server) => [
    () => failureAfter(server, { status: 502, text: 'a page' }),
    () => failureAfter(server, { status: 200, text: 'a page' }),
    () => failureAfter(server, { body: { errors: [{}] } }),
  ],
  CONFIGURATION_INVALID: () => [
    () => failureOf(new Client({ baseUrl: 'https://sightline.example' }).predict(new Uint8Array(1))),
    ...[{ baseUrl: 'ftp://x' }, { token: 'a', apiKey: 'b' }, { refreshToken: 'a' }, { timeoutMs: 0 }].map(
      (options) => () => failureOf(Promise.resolve().then(() => new Client(options))),
    ),
    ...['', []].map((secret) => () => failureOf(webhooks.verify('{}', {}, secret))),
    () => failureOf(webhooks.sign('{}', webhookSecret, { id: 'a.b' })),
    () => failureOf(webhooks.verify({} as string, {}, webhookSecret)),
  ],
  WEBHOOK_INVALID: () => [
    ...[{}, { 'webhook-id': 'a' }, { 'webhook-id': 'a', 'webhook-timestamp': '0' }].map(
      (headers) => () => failureOf(webhooks.verify('{}', headers, webhookSecret)),
    ),
    async () => failureOf(webhooks.verify('{ }', await webhooks.sign('{}', webhookSecret), webhookSecret)),
    async () => failureOf(webhooks.verify('{}', await webhooks.sign('{}', webhookSecret), webhookSecret)),
  ],
  // Who throws them, and when, is in desktop/offline.test.ts.
  SPOOL_FULL: () => [() => failureOf(Promise.reject(new SpoolFullError(1)))],
  CONSENT_MISSING: () => [() => failureOf(Promise.reject(new ConsentMissingError()))],
};

for (const code of Object.values(ClientErrorCode)) {
  test(`${code}, which the client finds itself, says what to do as those of a server do, in both languages`, async () => {
    await using server = await startFakeServer();
    const { retryable, en, es } = clientErrors[code];
    for (const fail of own[code](server)) {
      const error = await fail();
      const isServers = code === 'RESPONSE_INVALID' && (error.status ?? 0) >= 500;
      const told = { code, retryable: retryable || isServers, docs: `docs/errors.md#${code.toLowerCase()}` };
      assert.deepEqual(explain(error, 'en'), { ...told, message: error.message, hint: en.hint });
      assert.equal(error.hint, en.hint);
      const spanish = explain(error, 'es');
      assert.deepEqual(spanish, { ...told, message: spanish.message, hint: es.hint });
      assertLanguage(error.message, 'en');
      assertLanguage(spanish.message, 'es');
    }
  });
}

test('everything that the client says has its Spanish, and the texts of its codes name the same', async () => {
  const root = new URL('../../clients/core/src/', import.meta.url);
  const missing: string[] = [];
  let count = 0;
  for await (const name of glob('**/*.ts', {
    cwd: root,
    exclude: ['generated/**', '**/client-codes.ts', '**/client-errors.ts', '**/phrases.es.ts'],
  })) {
    const source = await readFile(new URL(name, root), 'utf8');
    for (const sentence of sentencesIn(source)) {
      count += 1;
      const said = explain(new ConnectionError(sentence), 'es').message;
      if (said.startsWith(`${clientErrors.CONNECTION_FAILED.es.title}: `)) missing.push(`${name}: ${sentence}`);
    }
  }
  assert.deepEqual(missing, [], 'Add these to clients/core/src/errors/phrases.es.ts.');
  assert.ok(count >= 15, `only ${count} sentences were found`);
  const names = (hint: string) => [...hint.matchAll(/`[^`]+`/g)].map(([found]) => found).toSorted();
  for (const { en, es } of Object.values(clientErrors)) {
    assert.notEqual(en.title, es.title);
    assert.deepEqual(names(es.hint), names(en.hint));
  }
});

test('what a server said is explained in its words', async () => {
  await using server = await startFakeServer();
  const error = await failureAfter(server, { errors: [graphqlError('NOT_FOUND')] });
  const { code, message, hint, retryable, docs } = error;
  assert.deepEqual(explain(error, 'es'), { code, message, hint, retryable, docs });
});
