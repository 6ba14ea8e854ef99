import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createServer as createNetServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { registerDrain } from '@sightline/inference/http/drain';
import { hangUpReason } from '@sightline/inference/http/hang-up';
import { createSocketLane } from '@sightline/inference/http/oip/socket-lane';
import { refusalOf } from '@sightline/inference/http/problems';
import { readRememberedRequest } from '@sightline/inference/oip/remembered-request';
import { closeOf } from '../harness/close-of.ts';
import { binaryMessage } from './oip-golden.ts';
import { startWorld } from './oip-two-ways.ts';
import { floats } from './oip-tensors.ts';
import { bearer, localToken } from './sidecar.ts';

type Lane = Parameters<typeof createSocketLane>[0]['lane'];
type Answer = ReturnType<Lane['answer']>;

const message = binaryMessage(
  { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], parameters: { binary_data_size: 8 } }] },
  floats(1, 2),
);

const health = 'GET /v2/health/live HTTP/1.1\r\nhost: localhost\r\n\r\n';

function request(more: Record<string, string> = {}): Buffer {
  const headers = { host: 'localhost', 'content-length': message.body.byteLength, ...message.headers, ...more };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`POST /v2/models/float32/infer HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'),
    message.body,
  ]);
}

/** The lane on its own, with `answer` in the place of a model. */
async function startLane(answer: () => Answer) {
  // Many at a time are Node's.
  const server = createServer((incoming, response) => {
    incoming.resume();
    void answer().then(({ body }) => response.end(body));
  });
  const noted: number[] = [];
  const note: Lane['note'] = (_asking, _address, status) => void noted.push(status);
  const lane = createSocketLane({
    server,
    lane: { closing: new AbortController().signal, takes: () => true, answer, note },
    callers: { tenantOf: () => 'tenant' } as unknown as Parameters<typeof createSocketLane>[0]['callers'],
    budget: { hold: () => () => {} } as unknown as Parameters<typeof createSocketLane>[0]['budget'],
    takeMemory: (_address, byteLength) => new Uint8Array(byteLength),
    bodyBytesMax: 100_000,
    keepAliveMs: 5_000,
    requestTimeoutMs: 30_000,
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    lane,
    /** Statuses that were counted. */
    noted,
    /** Both ends of a connection. */
    async open(): Promise<[Socket, Socket]> {
      const accepted = once(server, 'connection') as Promise<[Socket]>;
      const socket = connect(port, '127.0.0.1')
        .setNoDelay(true)
        .on('error', () => {});
      await once(socket, 'connect');
      return [socket, (await accepted)[0]];
    },
    async [Symbol.asyncDispose]() {
      lane.closeAll();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

test('whoever sends on and reads nothing is answered no more than fits in between', async () => {
  const body = Buffer.alloc(12_000, 0x20);
  let answerCount = 0;
  await using world = await startLane(async () => {
    answerCount++;
    return { status: 200, headers: {}, body };
  });
  const [socket, atServer] = await world.open();
  socket.pause();
  let sentCount = 0;
  for (; sentCount < 3_000 && socket.writableLength === 0; sentCount++) {
    socket.write(request());
    await turn();
    assert.ok(atServer.writableLength < 200_000, `${atServer.writableLength} bytes that nobody reads`);
  }
  // All of it once they are read, none twice.
  let receivedBytes = 0;
  socket.on('data', ({ byteLength }: Buffer) => (receivedBytes += byteLength)).resume();
  while (answerCount < sentCount) await turn();
  while (receivedBytes < sentCount * body.byteLength) await turn();
  assert.equal(answerCount, sentCount);
});

test('what comes after a request that ends its connection is nobody’s', async () => {
  const body = Buffer.alloc(12_000_000, 0x20);
  let answerCount = 0;
  await using world = await startLane(async () => {
    answerCount++;
    return { status: 200, headers: {}, body };
  });
  const [socket, atServer] = await world.open();
  socket.pause().write(request({ connection: 'close' }));
  while (atServer.bytesWritten === 0) await turn();
  socket.write(request());
  await once(atServer, 'data');
  let receivedBytes = 0;
  socket.on('data', ({ byteLength }: Buffer) => (receivedBytes += byteLength)).resume();
  await once(socket, 'end');
  assert.equal(answerCount, 1);
  assert.ok(receivedBytes > body.byteLength);
});

test('connections whose answer is not there, or not read, are closed with all the others', async () => {
  let answer: Answer = Promise.resolve({ status: 200, headers: {}, body: Buffer.alloc(12_000_000) });
  await using world = await startLane(() => answer);
  const [reader] = await world.open();
  reader.pause().write(request());
  await turn();
  answer = new Promise(() => {});
  const [waiter, atServer] = await world.open();
  waiter.write(request());
  await once(atServer, 'data');
  world.lane.closeIdle();
  await turn();
  assert.equal(atServer.destroyed, false);
  const closed = [reader, waiter].map((socket) => closeOf(socket.resume()));
  world.lane.closeAll();
  await Promise.all(closed);
});

test('whoever left before its answer was there is counted nowhere, as on the other ways', async () => {
  const answers = [Promise.withResolvers<Awaited<Answer>>(), Promise.withResolvers<Awaited<Answer>>()] as const;
  const left = [...answers];
  await using world = await startLane(() => left.shift()!.promise);
  const [gone, goneAtServer] = await world.open();
  gone.write(request());
  await once(goneAtServer, 'data');
  gone.resetAndDestroy();
  while (!goneAtServer.destroyed) await turn();
  const [stays] = await world.open();
  stays.write(request());
  answers[0].resolve({ status: 500, headers: {}, body: Buffer.alloc(1) });
  answers[1].resolve({ status: 200, headers: {}, body: Buffer.alloc(1) });
  await once(stays, 'data');
  assert.deepEqual(world.noted, [200]);
});

test('whoever hangs up is nobody’s error', () => {
  const said: string[] = [];
  const log = Object.fromEntries(['error', 'warn', 'debug'].map((level) => [level, () => said.push(level)]));
  const unread = { complete: true, on() {} };
  refusalOf(hangUpReason(), unread, log as unknown as Parameters<typeof refusalOf>[2]);
  assert.deepEqual(said, ['debug']);
});

test('a connection that is told to go again and again is only told once', async () => {
  const answer = async () => ({ status: 200, headers: {}, body: Buffer.alloc(12_000_000) });
  await using world = await startLane(answer);
  const [socket, atServer] = await world.open();
  socket.pause().write(request({ connection: 'close' }));
  while (atServer.bytesWritten === 0) await turn();
  const before = atServer.listenerCount('finish');
  for (let time = 0; time < 20; time++) world.lane.closeIdle();
  assert.equal(atServer.listenerCount('finish'), before);
});

test('a request that is still arriving when the sidecar ends is waited for, and answered', async () => {
  await using world = await startWorld();
  const bytes = request(bearer(localToken));
  const headers = { ...message.headers, ...bearer(localToken) };
  await world.send({ path: 'float32/infer', headers, body: message.body });
  const socket = connect(Number(new URL(world.sidecar.url).port), '127.0.0.1').setNoDelay(true);
  let text = '';
  const answered = new Promise<void>((resolve) => socket.on('close', resolve).on('error', () => resolve()));
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  const accepted = once(world.sidecar.app.server, 'connection') as Promise<[Socket]>;
  const [atServer] = await accepted;
  socket.write(bytes);
  await once(socket, 'data');
  text = '';
  socket.write(bytes.subarray(0, -4));
  await once(atServer, 'data');
  const ended = world.sidecar[Symbol.asyncDispose]();
  // Longer than a connection may look idle.
  await new Promise((resolve) => setTimeout(resolve, 400));
  socket.write(bytes.subarray(-4));
  await answered;
  await ended;
  assert.match(text, /^HTTP\/1\.1 200 [^]*\r\nconnection: close\r\n/i);
});

test('a request that ends in its middle is refused as Node refuses it', async () => {
  await using world = await startWorld();
  const headers = { ...message.headers, ...bearer(localToken) };
  await world.send({ path: 'float32/infer', headers, body: message.body });
  const answers = [];
  for (const opening of ['', health]) {
    const port = Number(new URL(world.sidecar.url).port);
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    if (opening !== '') {
      socket.write(opening);
      while (!text.endsWith('}')) await once(socket, 'data');
    }
    text = '';
    socket.end(request(bearer(localToken)).subarray(0, -4));
    await closeOf(socket);
    answers.push(text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]+){4}/g, 'its id'));
  }
  assert.match(answers[0] ?? '', /^HTTP\/1\.1 400 [^]*BAD_REQUEST/);
  assert.equal(answers[0], answers[1]);
});

test('of a request, its JSON alone is remembered', () => {
  const spec = { name: 'x', type: 'float32' as const, dims: [null, 2] };
  const specs = { inputs: [spec], outputs: [spec] };
  const memory: Parameters<typeof readRememberedRequest>[3] = { last: null };
  const body = { bytes: Buffer.concat([message.body]), jsonLength: message.jsonLength, isRaw: false };
  readRememberedRequest(body, specs, (byteLength) => new Uint8Array(byteLength), memory);
  assert.notEqual(memory.last, null);
  assert.notEqual(memory.last?.json.buffer, body.bytes.buffer);
});

test('time for which the sidecar was busy is not time for which its connections were idle', async () => {
  const server = createNetServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
  const [atServer] = (await once(server, 'connection')) as [Socket];
  let lookCount = 0;
  const { getConnections } = server;
  server.getConnections = (...told) => {
    lookCount++;
    return getConnections.apply(server, told);
  };
  let looksBefore = 0;
  const closeIdle = () => {
    looksBefore ||= lookCount;
    atServer.destroy();
  };
  const app = { server, addHook() {} } as unknown as Parameters<typeof registerDrain>[0];
  const ended = registerDrain(app, { closeIdle, closeAll() {} }).begin(5_000);
  setTimeout(() => {
    const busyUntil = performance.now() + 300;
    while (performance.now() < busyUntil);
  }, 30);
  await ended;
  socket.destroy();
  // Between two of them whatever came in is read.
  assert.ok(looksBefore >= 10, `${looksBefore} looks`);
});
