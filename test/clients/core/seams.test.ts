import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BaseClient,
  Call,
  Client,
  ConnectionError,
  NotFoundError,
  createSessions,
  createSources,
} from '@sightline/core';
import type { Live, Prediction, Transport, WireRequest } from '@sightline/core';
import { bundle } from '../browser/serve-page.ts';
import { graphqlError, startFakeServer } from '../fake-server.ts';

const source = { id: 's-1', name: 'Gate' };

test('a call gives its result, and with it the answer, of one request', async () => {
  await using server = await startFakeServer();
  server.reply({ data: { source }, headers: { 'x-request-id': 'r-1', 'ratelimit-policy': '"a";q=5' } });
  const client = new Client({ baseUrl: server.url, token: 't' });
  const call = client.sources.get('s-1');
  const { data, response } = await call.withResponse();
  assert.deepEqual([await call, data], [source, source]);
  assert.deepEqual(
    [response.status, response.requestId, response.headers.get('ratelimit-policy')],
    [200, 'r-1', '"a";q=5'],
  );
  assert.equal(server.requests.length, 1);
});

test('a call that fails fails in every way it is asked, and is nobody’s unhandled rejection', async () => {
  await using server = await startFakeServer();
  server.reply({ errors: [graphqlError('NOT_FOUND')] });
  const call = new Client({ baseUrl: server.url, token: 't' }).sources.get('s-1');
  await assert.rejects(call.withResponse(), NotFoundError);
  await assert.rejects(Promise.all([call, call]), NotFoundError);
  assert.equal(await call.catch(() => 'caught'), 'caught');
  let ended = 0;
  await assert.rejects(
    call.finally(() => (ended += 1)),
    NotFoundError,
  );
  assert.equal(ended, 1);
});

test('a small client gets the resources that are named, and they are those of the whole one', async () => {
  await using server = await startFakeServer();
  server.reply({ data: { source } });
  const client = new BaseClient({ baseUrl: server.url }).with({ sources: createSources, sessions: createSessions });
  assert.deepEqual(await client.sources.get('s-1'), source);
  assert.deepEqual(Object.keys(client.sessions), Object.keys(new Client().sessions));
});

test('another transport carries everything: requests with their headers, failures with the id of the call, subscriptions', async () => {
  const sent: WireRequest[] = [];
  let isCut = false;
  const subscribed: unknown[] = [];
  const live: Live = {
    subscribe(request, sink) {
      subscribed.push(request.variables);
      queueMicrotask(() => {
        sink.next({ sessionChanged: { id: 's-1', state: 'COMPLETED' } });
        sink.end(null, null);
      });
      return () => {};
    },
    reset: () => void subscribed.push('reset'),
  };
  const transport: Transport = {
    async send(request) {
      sent.push(request);
      if (isCut) throw new ConnectionError('The pipe is closed.');
      const bytes = new TextEncoder().encode(JSON.stringify({ data: { source } }));
      return { status: 200, headers: new Headers(), bytes };
    },
    openLive: () => live,
  };
  const client = new Client({ token: 'a', transport, maxRetries: 0 });
  assert.deepEqual(await client.sources.get('s-1'), source);
  assert.equal(sent[0]?.headers['authorization'], 'Bearer a');
  const states: string[] = [];
  for await (const { state } of client.sessions.watch('s-1')) states.push(state);
  assert.deepEqual([states, subscribed], [['COMPLETED'], [{ id: 's-1' }]]);
  isCut = true;
  await assert.rejects(client.sources.get('s-1', { requestId: 'mine' }).withResponse(), {
    name: 'ConnectionError',
    message: 'The pipe is closed.',
    requestId: 'mine',
  });
  client.close();
  assert.equal(subscribed.at(-1), 'reset');
});

test('a package that builds on this one puts its own predict in place', async () => {
  const timings = { decodeMs: 0, modelMs: 0, postprocessMs: 0, preprocessMs: 0, queueMs: 0, totalMs: 0 };
  const prediction: Prediction = {
    ...{ task: 'detection', detections: [], image: { width: 1, height: 1 }, timings, cached: false, requestId: 'r-1' },
    model: { name: 'near', version: '1', digest: '' },
  };
  const response = { status: 200, headers: new Headers(), requestId: 'r-1' };
  const predict = () => new Call(Promise.resolve({ data: prediction, response }));
  const client = new Client({ baseUrl: 'http://127.0.0.1:1' }, { predict: () => predict });
  assert.equal(await client.predict(new Blob([])), prediction);
});

test('errors keep the names of their classes where a bundler takes those away', async () => {
  const script =
    "export { AbortError, ConnectionError, NotFoundError, ServerError, TimeoutError } from '@sightline/core';";
  const url = `data:text/javascript;base64,${Buffer.from(await bundle(script)).toString('base64')}`;
  const classes = Object.entries((await import(url)) as Record<string, new (...given: unknown[]) => Error>);
  assert.equal(classes.length, 5);
  for (const [name, Class] of classes) {
    assert.notEqual(Class.name, name, 'it was not minified');
    const error = new Class('x', { code: 'NOT_FOUND' });
    assert.deepEqual([error.name, error.stack?.startsWith(`${name}: `)], [name, true]);
  }
});
