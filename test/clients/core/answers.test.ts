import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Client, ResponseInvalidError, openSse, sendByFetch } from '@sightline/core';
import type { ClientOptions } from '@sightline/core';
import { startFakeServer } from '../fake-server.ts';
import { frameOf, startFakeStream } from '../live/fake-stream.ts';

const maxResponseBytes = 100_000;
const clientOf = ({ url }: { url: string }, options: ClientOptions = {}) =>
  new Client({ baseUrl: url, inferenceUrl: url, token: 't', maxRetries: 0, maxResponseBytes, ...options });

const isTooLong = (error: unknown) =>
  error instanceof ResponseInvalidError &&
  !error.retryable &&
  error.details['maxResponseBytes'] === maxResponseBytes &&
  error.hint === 'Allow more `maxResponseBytes`.';

test('an answer that never ends is counted as it comes, and hung up on', async () => {
  const hungUp = Promise.withResolvers<void>();
  const server = createServer((_request, answer) => {
    answer.writeHead(200, { 'content-type': 'application/json' });
    const more = () => {
      while (!answer.destroyed && answer.write('x'.repeat(10_000)));
    };
    answer.on('drain', more).once('close', hungUp.resolve);
    more();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const client = clientOf({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    await assert.rejects(client.sources.get('s-1'), isTooLong);
    await hungUp.promise;
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('what counts is what an answer is once unpacked; a call may allow more, and what fits exactly passes', async () => {
  await using server = await startFakeServer();
  const packed = gzipSync(Buffer.alloc(maxResponseBytes + 1, 32));
  const small = createServer((_request, answer) =>
    answer.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length }).end(packed),
  );
  small.listen(0, '127.0.0.1');
  await once(small, 'listening');
  try {
    assert.ok(packed.length < maxResponseBytes / 100);
    const bomb = clientOf({ url: `http://127.0.0.1:${(small.address() as AddressInfo).port}` });
    await assert.rejects(bomb.models.list(), isTooLong);
  } finally {
    small.closeAllConnections();
    small.close();
  }
  const source = { id: 's-1', name: '' };
  const around = JSON.stringify({ data: { source } }).length;
  for (const [length, options] of [
    [maxResponseBytes, {}],
    [maxResponseBytes + 1, { maxResponseBytes: maxResponseBytes + 1 }],
  ] as const) {
    const named = { ...source, name: 'n'.repeat(length - around) };
    server.reply({ data: { source: named } });
    assert.deepEqual(await clientOf(server).sources.get('s-1', options), named);
  }
  await assert.rejects(clientOf(server).sources.get('s-1'), isTooLong);
});

test('an answer that lacks what was asked for is a ResponseInvalidError: of calls, lists, writes and streams', async () => {
  await using server = await startFakeServer();
  const client = clientOf(server);
  for (const data of [{}, { viewer: 7, sources: {}, stopSession: null, createSource: null, revokeApiKey: null }]) {
    server.reply({ data, headers: { 'x-request-id': 'r-1' } });
    const calls = [
      () => client.sources.list(),
      () => client.sessions.stop('s-1'),
      () => client.apiKeys.revoke('k-1'),
      () => client.sources.create({ name: 'x', kind: 'IMAGES', path: 'x' }),
    ];
    for (const call of calls)
      await assert.rejects(
        async () => call(),
        (error) => error instanceof ResponseInvalidError && error.requestId === 'r-1' && error.status === 200,
      );
  }
  server.reply({ data: {} });
  await assert.rejects(client.sources.get('s-1'), ResponseInvalidError);

  await using streams = await startFakeStream();
  const overSse = { send: sendByFetch(fetch), openLive: openSse };
  const stream = clientOf(streams, { transport: overSse }).events.subscribe({ after: '0' });
  const step = stream.next();
  (await streams.stream(1)).write(frameOf(1).replace(/"data":.*\}\}\}/, '"data":{}}'));
  await assert.rejects(step, ResponseInvalidError);
});
