import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Client,
  ConnectionError,
  createSocket,
  explain,
  liveWithFallback,
  openSse,
  sendByFetch,
} from '@sightline/core';
import type { Live, SightlineError, Transport } from '@sightline/core';
import { startBufferingProxy } from './buffering-proxy.ts';
import { startFakeStream } from './fake-stream.ts';

const send = sendByFetch((...request) => fetch(...request));

for (const heads of [true, false])
  test(`a stream that a proxy holds back ${heads ? 'after its head' : 'whole'} is dead, and says why`, async () => {
    await using server = await startFakeStream();
    await using proxy = await startBufferingProxy(server.url, { heads });
    const told: unknown[] = [];
    const client = new Client({
      ...{ baseUrl: proxy.url, token: 't', timeoutMs: 100, reconnect: { nextDelayMs: () => null } },
      transport: { send, openLive: openSse },
      logger: { debug() {}, warn() {}, info: (message, fields) => void told.push([message, fields?.['message']]) },
    });
    const stream = client.events.subscribe({ after: '0' });
    const failure = await stream.next().then(
      () => assert.fail('it should have failed'),
      (error: unknown) => error as SightlineError,
    );
    assert.ok(failure instanceof ConnectionError && failure.retryable);
    assert.match(failure.message, /does a proxy buffer it\?$/);
    assert.match(explain(failure, 'es').message, /búfer/);
    // It was never told to be open.
    assert.deepEqual(told, [['event stream ended', failure.message]]);
  });

test('where the stream is held back the socket has its turn again, also after it was well for a while', async () => {
  await using server = await startFakeStream();
  const tried: string[] = [];
  const watched = (name: string, live: Live): Live => ({
    ...live,
    subscribe(request, sink) {
      tried.push(name);
      return live.subscribe(request, sink);
    },
  });
  const transport: Transport = {
    send,
    openLive: (deps) =>
      liveWithFallback(watched('socket', createSocket(deps)), watched('stream', openSse(deps)), {
        policy: { openWithinMs: 60_000, attempts: 1 },
      }),
  };
  let attempts = 0;
  const client = new Client({
    ...{ baseUrl: server.url, token: 't', transport },
    reconnect: { nextDelayMs: () => ((attempts += 1) < 3 ? 0 : null) },
  });
  const step = client.events.subscribe({ after: '0' }).next();
  step.catch(() => {});
  const first = await server.stream(1);
  server.isMute = true;
  first.destroy();
  for (const count of [2, 3]) (await server.stream(count)).destroy();
  await assert.rejects(step, ConnectionError);
  assert.deepEqual(tried, ['socket', 'stream', 'stream', 'socket', 'stream']);
});
