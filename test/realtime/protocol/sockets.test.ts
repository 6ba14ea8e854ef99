import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { RequestRefusedError, UnauthenticatedError } from '@sightline/server/errors/request-errors';
import { silences, startFixture } from '../../contract/graphql-fixture.ts';
import { openSocket } from '../../contract/raw-socket.ts';
import { until } from '../../harness/until.ts';
import { openFrames, opcodes } from './raw-frames.ts';
import type { Frame } from './raw-frames.ts';

type Fixture = Awaited<ReturnType<typeof startFixture>>;
type Socket = Awaited<ReturnType<typeof openSocket>>;
type Closing = [code: number, reason: string];

const badRequest = (code: number): Closing => [code, 'BAD_REQUEST'];
const silence = 'subscription { silence }';
const started = (socket: Socket, message: object) => async () => {
  await socket.init();
  socket.send(message);
};
const subscribing = (payload: unknown, id: unknown = '1') => ({ type: 'subscribe', id, payload });

/** What a caller may do wrong in the words of the protocol, and how its socket is closed for it. */
const mistakes: Record<string, { act: (socket: Socket) => unknown; closing: Closing; token?: string }> = {
  'what is not JSON': { act: ({ send }) => send('{'), closing: badRequest(4400) },
  'nothing at all': { act: ({ send }) => send(''), closing: badRequest(4400) },
  'a list': { act: ({ send }) => send('[]'), closing: badRequest(4400) },
  null: { act: ({ send }) => send('null'), closing: badRequest(4400) },
  'a message of no type': { act: ({ send }) => send({ id: '1' }), closing: badRequest(4400) },
  'a type there is not': { act: ({ send }) => send({ type: 'start', id: '1' }), closing: badRequest(4400) },
  'a type that is no text': { act: ({ send }) => send({ type: 1 }), closing: badRequest(4400) },
  'an init whose payload is text': {
    act: ({ send }) => send({ type: 'connection_init', payload: 'token' }),
    closing: badRequest(4400),
  },
  'bytes that are no text': {
    act: ({ socket }) => socket.send(Buffer.from([0xff, 0x00, 0x7b])),
    closing: badRequest(4400),
  },
  'a ping whose payload is a number': {
    act: ({ send }) => send({ type: 'ping', payload: 1 }),
    closing: badRequest(4400),
  },
  'a pong whose payload is text': {
    act: ({ send }) => send({ type: 'pong', payload: 'x' }),
    closing: badRequest(4400),
  },
  'a subscribe without id': {
    act: (socket) => started(socket, { type: 'subscribe', payload: { query: silence } })(),
    closing: badRequest(4400),
  },
  'an id of no characters': {
    act: (socket) => started(socket, subscribing({ query: silence }, ''))(),
    closing: badRequest(4400),
  },
  'an id that is a number': {
    act: (socket) => started(socket, subscribing({ query: silence }, 1))(),
    closing: badRequest(4400),
  },
  'a subscribe without payload': {
    act: (socket) => started(socket, { type: 'subscribe', id: '1' })(),
    closing: badRequest(4400),
  },
  'a query that is no text': {
    act: (socket) => started(socket, subscribing({ query: {} }))(),
    closing: badRequest(4400),
  },
  'variables that are a list': {
    act: (socket) => started(socket, subscribing({ query: silence, variables: 'x' }))(),
    closing: badRequest(4400),
  },
  'an operation name that is a number': {
    act: (socket) => started(socket, subscribing({ query: silence, operationName: 7 }))(),
    closing: badRequest(4400),
  },
  'extensions that are text': {
    act: (socket) => started(socket, subscribing({ query: silence, extensions: 'x' }))(),
    closing: badRequest(4400),
  },
  'a complete without id': { act: (socket) => started(socket, { type: 'complete' })(), closing: badRequest(4400) },
  'what only servers say': {
    act: (socket) => started(socket, { type: 'connection_ack' })(),
    closing: badRequest(4400),
  },
  'a subscribe before init': {
    act: ({ subscribe }) => subscribe('1', '{ hello }'),
    closing: [4401, 'UNAUTHENTICATED'],
  },
  'a token that is no good': {
    act: ({ send }) => send({ type: 'connection_init', payload: { authorization: 'Bearer bad' } }),
    closing: [4401, 'UNAUTHENTICATED'],
  },
  'a token that is no good, in the header': {
    act: ({ send }) => send({ type: 'connection_init' }),
    token: 'bad',
    closing: [4401, 'UNAUTHENTICATED'],
  },
  'a subscribe with a token that has ended since': {
    act: async ({ init, subscribe }) => {
      await init({ authorization: 'Bearer good-but-ended' });
      subscribe('1', '{ hello }');
    },
    closing: [4401, 'UNAUTHENTICATED'],
  },
  'an authorization that is no text': {
    act: ({ send }) => send({ type: 'connection_init', payload: { authorization: 1 } }),
    closing: [4403, 'FORBIDDEN'],
  },
  'a caller who may not connect': {
    act: ({ send }) =>
      send({ type: 'connection_init', payload: { authorization: 'Bearer refuse KEY_ADDRESS_REFUSED' } }),
    closing: [4403, 'KEY_ADDRESS_REFUSED'],
  },
  'a caller who has too many sockets': {
    act: ({ send }) => send({ type: 'connection_init', payload: { authorization: 'Bearer good-but-many' } }),
    closing: [4403, 'PLAN_LIMIT_REACHED'],
  },
  'a caller who came too often': {
    act: ({ send }) => send({ type: 'connection_init', payload: { authorization: 'Bearer refuse RATE_LIMITED' } }),
    closing: [1013, 'RATE_LIMITED'],
  },
  'trouble of ours': {
    act: ({ send }) => send({ type: 'connection_init', payload: { authorization: 'Bearer trouble' } }),
    closing: [1013, 'INTERNAL_SERVER_ERROR'],
  },
  'no init': { act: () => undefined, closing: [4408, 'REQUEST_TIMEOUT'] },
  'a ping, and no init': { act: ({ send }) => send({ type: 'ping' }), closing: [4408, 'REQUEST_TIMEOUT'] },
  'the same id twice': {
    act: async ({ init, subscribe }) => {
      await init();
      subscribe('1', silence);
      subscribe('1', silence);
    },
    closing: badRequest(4409),
  },
  'init twice': {
    act: async ({ init, send }) => {
      await init();
      send({ type: 'connection_init' });
    },
    closing: badRequest(4429),
  },
  'init twice at once': {
    act: ({ send }) => {
      send({ type: 'connection_init' });
      send({ type: 'connection_init' });
    },
    closing: badRequest(4429),
  },
  'a message that is too large': {
    act: ({ send }) => send('x'.repeat(1024 * 1024 + 1)),
    closing: [1009, 'BODY_TOO_LARGE'],
  },
};

/** What no library sends, as frames; closed by the rules of RFC 6455. */
const broken: Record<string, { frames: Frame[]; closing: Closing }> = {
  'a frame without mask': {
    frames: [{ opcode: opcodes.text, payload: '{}', isMasked: false }],
    closing: badRequest(1002),
  },
  'a reserved bit': { frames: [{ opcode: opcodes.text, payload: '{}', reserved: 1 }], closing: badRequest(1002) },
  'the bit of a compression nobody agreed on': {
    frames: [{ opcode: opcodes.text, payload: '{}', reserved: 4 }],
    closing: badRequest(1002),
  },
  'an opcode there is not': { frames: [{ opcode: 3, payload: '{}' }], closing: badRequest(1002) },
  'a control frame there is not': { frames: [{ opcode: 11 }], closing: badRequest(1002) },
  'a ping in pieces': { frames: [{ opcode: opcodes.ping, isLast: false }], closing: badRequest(1002) },
  'a ping of 126 bytes': { frames: [{ opcode: opcodes.ping, payload: 'x'.repeat(126) }], closing: badRequest(1002) },
  'the rest of no message': { frames: [{ opcode: opcodes.continuation, payload: 'x' }], closing: badRequest(1002) },
  'a message within a message': {
    frames: [
      { opcode: opcodes.text, payload: '{', isLast: false },
      { opcode: opcodes.text, payload: '}' },
    ],
    closing: badRequest(1002),
  },
  'a close of one byte': { frames: [{ opcode: opcodes.close, payload: 'x' }], closing: badRequest(1002) },
  'a close with a code there is not': {
    frames: [{ opcode: opcodes.close, payload: Buffer.from([0x03, 0xec]) }],
    closing: badRequest(1002),
  },
  'text that is not UTF-8': {
    frames: [{ opcode: opcodes.text, payload: Buffer.from([0xc3, 0x28]) }],
    closing: badRequest(1007),
  },
  'a length of 4 GB': { frames: [{ opcode: opcodes.text, length: 2n ** 32n }], closing: [1009, 'BODY_TOO_LARGE'] },
  'a length that is no number': {
    frames: [{ opcode: opcodes.text, length: 2n ** 63n }],
    closing: [1009, 'BODY_TOO_LARGE'],
  },
  'too large a message in small pieces': {
    frames: [
      { opcode: opcodes.text, payload: 'x'.repeat(600_000), isLast: false },
      { opcode: opcodes.continuation, payload: 'x'.repeat(600_000) },
    ],
    closing: [1009, 'BODY_TOO_LARGE'],
  },
};

const startHere = (limits: object = {}) =>
  startFixture({
    limits: { socketInitTimeoutMs: 60_000, ...limits },
    contextFor: async ({ headers: { authorization = '' }, requestId }) => {
      const [, code] = /^Bearer refuse (\w+)$/.exec(authorization) ?? [];
      if (code) throw new RequestRefusedError(code as 'RATE_LIMITED', 'No.');
      if (authorization === 'Bearer trouble') throw new Error('password=secret');
      if (authorization !== '' && !authorization.startsWith('Bearer good')) throw new UnauthenticatedError();
      return { caller: authorization.slice('Bearer '.length) || null, requestId };
    },
    revalidate: ({ caller }) => {
      if (caller === 'good-but-ended') throw new UnauthenticatedError();
    },
    admitLive: async ({ caller }) => {
      if (caller === 'good-but-many') throw new RequestRefusedError('PLAN_LIMIT_REACHED', 'Enough.');
      return () => undefined;
    },
  });

test('every mistake in the protocol closes the socket with its code and a reason of the catalogue', async () => {
  await using server = await startHere();
  await using hasty = await startHere({ socketInitTimeoutMs: 50 });
  const told: Record<string, Closing> = {};
  const tell = async ([name, { act, token, closing }]: (typeof cases)[number]) => {
    const at = closing[0] === 4408 ? hasty : server;
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    await using socket = await openSocket(at.wsUrl, { headers });
    await act(socket);
    const { code, reason } = await socket.closed;
    told[name] = [code, reason];
  };
  const cases = Object.entries(mistakes);
  await Promise.all(cases.map(tell));
  assert.deepEqual(told, Object.fromEntries(cases.map(([name, { closing }]) => [name, closing])));
  assert.doesNotMatch(JSON.stringify(told), /secret/);
  await until(() => silences.open === 0);
});

test('every frame that breaks the WebSocket protocol closes the socket with its code', async () => {
  await using server = await startHere();
  for (const [name, { frames, closing }] of Object.entries(broken)) {
    using raw = await openFrames(server);
    for (const frame of frames) raw.send(frame);
    const told = await raw.closing();
    assert.deepEqual([told?.code, told?.reason], closing, name);
  }
});

test('another sub-protocol, or none, is closed with 4406; of several ours is taken', async () => {
  await using server = await startHere();
  await using none = await openSocket(server.wsUrl, { protocol: null });
  assert.deepEqual(await none.closed, { code: 4406, reason: 'NOT_ACCEPTABLE' });
  for (const protocol of ['graphql-ws', 'graphql-transport-ws-2']) {
    using raw = await openFrames(server, protocol);
    assert.deepEqual(await raw.closing(), { code: 4406, reason: 'NOT_ACCEPTABLE' }, protocol);
  }
  await using socket = await openSocket(server.wsUrl, { protocol: ['graphql-ws', 'graphql-transport-ws'] as never });
  assert.equal(socket.socket.protocol, 'graphql-transport-ws');
  assert.deepEqual(await socket.init(), { type: 'connection_ack' });
});

test('what is no upgrade for us is refused with the status that says why', async () => {
  await using server = await startHere({ sockets: 1 });
  const upgrade = (path: string, headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      const asked = request({
        host: '127.0.0.1',
        port: server.port,
        path,
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
          'sec-websocket-protocol': 'graphql-transport-ws',
          ...headers,
        },
      });
      asked.once('response', (response) => resolve(response.resume().statusCode ?? 0));
      asked.once('upgrade', (response, socket) => resolve((socket.destroy(), response.statusCode ?? 0)));
      asked.once('error', reject).end();
    });
  assert.equal(await upgrade('/elsewhere', {}), 404);
  assert.equal(await upgrade('/graphql', { 'sec-websocket-key': 'short' }), 400);
  assert.equal(await upgrade('/graphql', { 'sec-websocket-version': '12' }), 400);
  assert.equal(await upgrade('/graphql', { origin: 'https://evil.example' }), 403);
  await using _only = await openSocket(server.wsUrl);
  assert.equal(await upgrade('/graphql', {}), 503);
});

test('what keeps to the protocol keeps its socket: pings, ids of any kind, an id again, ends of nothing', async () => {
  await using server = await startHere();
  await using socket = await openSocket(server.wsUrl);
  socket.send({ type: 'ping', payload: { at: 1 } });
  assert.deepEqual(await socket.next(), { type: 'pong', payload: { at: 1 } });
  await socket.init();
  socket.send({ type: 'pong' });
  socket.send({ type: 'complete', id: 'nothing' });
  for (const id of ['1', '1', '__proto__', 'constructor', '💥', ' ', 'x'.repeat(1_000)]) {
    socket.subscribe(id, '{ hello }');
    assert.deepEqual(await socket.next(), {
      id,
      type: 'next',
      payload: { data: { hello: 'hello ' }, extensions: { cost: 1 } },
    });
    assert.deepEqual(await socket.next(), { id, type: 'complete' });
  }
  socket.subscribe('s', silence);
  await until(() => silences.open === 1);
  socket.send({ type: 'complete', id: 's' });
  await until(() => silences.open === 0);
  socket.subscribe('s', 'subscription { ticks(upTo: 1) }');
  assert.deepEqual((await socket.next()).payload.data, { ticks: 1 });
});

test('a peer is asked for a sign of life, and cut off when it gives none until the next time', async () => {
  await using server = await startHere({ socketPingMs: 40 });
  await using silent = await openSocket(server.wsUrl, { autoPong: false });
  await using alive = await openSocket(server.wsUrl);
  await alive.init();
  assert.equal((await silent.closed).code, 1006);
  alive.subscribe('1', '{ hello }');
  assert.equal((await alive.next()).type, 'next');
});

test('a server that stops says so with 1001', async () => {
  const server: Fixture = await startHere();
  await using socket = await openSocket(server.wsUrl);
  await socket.init();
  await server[Symbol.asyncDispose]();
  assert.deepEqual(await socket.closed, { code: 1001, reason: 'SERVICE_UNAVAILABLE' });
});
