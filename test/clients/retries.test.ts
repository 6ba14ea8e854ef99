import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import {
  AbortError,
  Client,
  ConfigurationError,
  RateLimitError,
  ResponseInvalidError,
  ServerError,
  TimeoutError,
} from '@sightline/core';
import type { ClientOptions } from '@sightline/core';
import { graphqlError, startFakeServer } from './fake-server.ts';

const unavailable = { status: 503, errors: [graphqlError('SERVICE_UNAVAILABLE', { retryable: true })] };
const session = { id: 'session-1', state: 'STOPPED' };

const clientOf = (server: { url: string }, options: ClientOptions = {}) =>
  new Client({ baseUrl: server.url, maxRetries: 2, backoff: () => 1, ...options });

test('queries are tried again while the error is retryable, and no more often than asked', async () => {
  await using server = await startFakeServer();
  server.reply(unavailable, 'cut', { data: { viewer: null } });
  assert.equal(await clientOf(server).auth.viewer(), null);
  assert.equal(server.requests.length, 3);
  const ids = new Set(server.requests.map(({ headers }) => headers['x-request-id']));
  assert.equal(ids.size, 1, 'all tries of a call share its request id');

  server.reply(unavailable);
  await assert.rejects(clientOf(server).auth.viewer(), ServerError);
  assert.equal(server.requests.length, 6);
  await assert.rejects(clientOf(server).auth.viewer({ maxRetries: 0 }), ServerError);
  assert.equal(server.requests.length, 7);
});

test('what trying again cannot mend is not tried again', async () => {
  await using server = await startFakeServer();
  server.reply({ errors: [graphqlError('NOT_FOUND')] });
  await assert.rejects(clientOf(server).auth.viewer());
  assert.equal(server.requests.length, 1);
});

test('a mutation that may have run is sent again with the same key, by which the server does it once', async () => {
  await using server = await startFakeServer();
  const started = { data: { startSession: { __typename: 'StartSessionPayload', session } } };
  const running = {
    status: 409,
    errors: [graphqlError('IDEMPOTENCY_IN_FLIGHT', { retryable: true, retryAfterMs: 5 })],
  };
  server.reply(unavailable, 'cut', started);
  assert.equal((await clientOf(server).sessions.start({ sourceId: 'source-1' })).id, 'session-1');
  server.reply('cut', running, started);
  assert.equal((await clientOf(server).sessions.start({ sourceId: 'source-1' })).id, 'session-1');
  server.reply(started);
  await clientOf(server).sessions.start({ sourceId: 'source-1' }, { idempotencyKey: 'my own key' });
  const keys = server.requests.map(({ headers }) => String(headers['idempotency-key']));
  assert.match(keys[0] ?? '', /^[0-9a-f-]{36}$/);
  assert.deepEqual(keys.slice(0, 3), [keys[0], keys[0], keys[0]]);
  assert.deepEqual(keys.slice(3, 6), [keys[3], keys[3], keys[3]]);
  assert.notEqual(keys[3], keys[0], 'another call is another request');
  assert.equal(keys[6], 'my own key');
});

test('a query has no key, and a caller who does not want a mutation sent again gets its error', async () => {
  await using server = await startFakeServer();
  server.reply({ data: { viewer: null } }, 'cut');
  await clientOf(server).auth.viewer();
  assert.equal('idempotency-key' in (server.requests[0]?.headers ?? {}), false);
  await assert.rejects(clientOf(server, { maxRetries: 0 }).sessions.start({ sourceId: 'source-1' }));
  assert.equal(server.requests.length, 2);
});

test('the wait the server asks for is kept, and one that is too long is left to the caller', async () => {
  await using server = await startFakeServer();
  const asks = (retryAfterMs: number) => ({
    errors: [graphqlError('RATE_LIMITED', { retryable: true, retryAfterMs })],
  });
  server.reply(asks(40), { data: { viewer: null } });
  const startedAt = performance.now();
  await clientOf(server).auth.viewer();
  assert.ok(performance.now() - startedAt >= 39);
  server.reply(asks(3_600_000));
  await assert.rejects(clientOf(server).auth.viewer(), RateLimitError);
  // Nobody waits for what comes after the call has to be over: the refusal says more than that the time was up.
  server.reply(asks(20_000));
  await assert.rejects(clientOf(server).auth.viewer({ timeoutMs: 500 }), RateLimitError);
});

test('what a call says of its own patience is looked at as what the client says', async () => {
  await using server = await startFakeServer();
  const client = clientOf(server);
  for (const options of [{ timeoutMs: Infinity }, { timeoutMs: 0 }, { maxRetries: Number.NaN }, { maxRetries: -1 }])
    await assert.rejects(client.auth.viewer(options), ConfigurationError);
  assert.equal(server.requests.length, 0);
});

test('what is sent goes to nobody else, however the server sends elsewhere', async () => {
  await using elsewhere = await startFakeServer();
  await using server = await startFakeServer();
  for (const status of [301, 302, 307, 308]) {
    server.reply({ status, headers: { location: `${elsewhere.url}/graphql` }, text: 'There.' });
    const call = clientOf(server).auth.signIn({ email: 'ada@example.com', password: 'a password of hers' });
    await assert.rejects(call, (error) => error instanceof ResponseInvalidError && !error.retryable);
  }
  assert.deepEqual([server.requests.length, elsewhere.requests.length], [4, 0]);
});

test('a token that cannot be sent is told at once, and not repeated in any error', async () => {
  await using server = await startFakeServer();
  for (const token of ['a secret\nof two lines', 'секрет']) {
    await assert.rejects(clientOf(server, { token }).auth.viewer(), (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.doesNotMatch(inspect(error), /of two lines|секрет/);
      return true;
    });
  }
});

test('abort and timeout also end the wait between two tries', async () => {
  await using server = await startFakeServer();
  server.reply(unavailable);
  const patient = clientOf(server, { backoff: () => 30_000 });
  const controller = new AbortController();
  const call = assert.rejects(patient.auth.viewer({ signal: controller.signal }), AbortError);
  await server.received(1);
  controller.abort();
  await call;
  await assert.rejects(patient.auth.viewer({ timeoutMs: 50 }), TimeoutError);
});
