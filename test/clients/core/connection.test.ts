import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket as ServerSocket } from 'ws';
import { Client, ConnectionError, SightlineError } from '@sightline/core';
import type { ClientOptions } from '@sightline/core';

const document = 'subscription { notificationAdded { id } }';

/** A server that says what a test wants, word by word. */
async function startWordy(
  onSocket: (socket: ServerSocket, heard: (type: string) => Promise<{ id?: string }>) => unknown,
) {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'graphql-transport-ws' });
  await once(sockets, 'listening');
  const said: string[] = [];
  const closed: number[] = [];
  const waiting: { type: string; resolve: (message: { id?: string }) => void }[] = [];
  sockets.on('connection', (socket) => {
    socket.on('close', (code) => void closed.push(code));
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string; id?: string };
      said.push(message.type);
      const at = waiting.findIndex(({ type }) => type === message.type);
      if (at >= 0) waiting.splice(at, 1)[0]?.resolve(message);
    });
    onSocket(socket, (type) => new Promise((resolve) => waiting.push({ type, resolve })));
  });
  return {
    url: `http://127.0.0.1:${(sockets.address() as AddressInfo).port}`,
    said,
    closed,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await once(sockets, 'close');
    },
  };
}

const acknowledge = (socket: ServerSocket) => socket.send('{"type":"connection_ack"}');
const subscribeTo = (server: { url: string }, options: ClientOptions = {}) =>
  new Client({ baseUrl: server.url, ...options }).subscribe<{ n: number }>(document);
const failureOf = (stream: AsyncIterator<unknown>) =>
  stream.next().then(
    () => assert.fail('it should have failed'),
    (error: unknown) => (error instanceof SightlineError ? error : Promise.reject(error as Error)),
  );

test('what is said comes in order until the server completes it, and nothing is left open', async () => {
  await using server = await startWordy(async (socket, heard) => {
    const [init, subscribe] = [heard('connection_init'), heard('subscribe')];
    await init;
    socket.send('{"type":"ping","payload":{"n":1}}');
    acknowledge(socket);
    const { id } = await subscribe;
    const pong = heard('pong');
    socket.send('{"type":"ping"}');
    await pong;
    for (const n of [1, 2]) socket.send(JSON.stringify({ id, type: 'next', payload: { data: { n } } }));
    // Of somebody else, of nobody, and of tomorrow.
    socket.send('{"id":"77","type":"next","payload":{"data":{"n":9}}}');
    socket.send('{"type":"news"}');
    socket.send(JSON.stringify({ id, type: 'complete' }));
  });
  const seen: number[] = [];
  for await (const { n } of subscribeTo(server)) seen.push(n);
  assert.deepEqual(seen, [1, 2]);
  const [socket] = server.sockets.clients;
  if (socket) await once(socket, 'close');
  assert.deepEqual(server.closed, [1000]);
});

test('errors in an item, of a subscription, and words that are none end it as what they mean', async () => {
  const answers: [(id: string) => string, string][] = [
    [
      (id) =>
        JSON.stringify({
          id,
          type: 'next',
          payload: { errors: [{ message: 'No.', extensions: { code: 'FORBIDDEN' } }] },
        }),
      'FORBIDDEN',
    ],
    [
      (id) => JSON.stringify({ id, type: 'error', payload: [{ message: 'No.', extensions: { code: 'NOT_FOUND' } }] }),
      'NOT_FOUND',
    ],
    [() => 'hello', 'CONNECTION_FAILED'],
    [(id) => JSON.stringify({ id, type: 'next' }), 'CONNECTION_FAILED'],
    [(id) => JSON.stringify({ id, type: 'error', payload: 7 }), 'RESPONSE_INVALID'],
    [() => 'null', 'CONNECTION_FAILED'],
  ];
  for (const [answer, code] of answers) {
    await using server = await startWordy(async (socket, heard) => {
      const [init, subscribe] = [heard('connection_init'), heard('subscribe')];
      await init;
      acknowledge(socket);
      socket.send(answer((await subscribe).id ?? ''));
    });
    assert.equal((await failureOf(subscribeTo(server))).code, code, answer('1'));
  }
});

test('a server that says nothing is given up: before it knows us, and after', async () => {
  await using mute = await startWordy(() => {});
  const unanswered = await failureOf(subscribeTo(mute, { timeoutMs: 20 }));
  assert.deepEqual([unanswered instanceof ConnectionError, unanswered.details['closeCode']], [true, 4408]);
  await using frozen = await startWordy(async (socket, heard) => {
    await heard('connection_init');
    acknowledge(socket);
  });
  const silent = await failureOf(subscribeTo(frozen, { heartbeatMs: 20 }));
  assert.deepEqual([silent.retryable, silent.details['closeCode']], [true, 4499]);
  assert.ok(frozen.said.includes('ping'));
});

test('leaving before the server knows us subscribes to nothing', async () => {
  const connected = Promise.withResolvers<void>();
  await using server = await startWordy(() => connected.resolve());
  const stream = subscribeTo(server);
  const waiting = stream.next();
  await connected.promise;
  await stream.close();
  assert.deepEqual(await waiting, { done: true, value: undefined });
  const [socket] = server.sockets.clients;
  if (socket) await once(socket, 'close');
  assert.ok(!server.said.includes('subscribe'));
});
