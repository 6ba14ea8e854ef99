import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import type { Engine, RunOptions } from '@sightline/inference/engine/engine';
import { createBreaker } from '@sightline/inference/engine/remote/breaker';
import { SidecarError } from '@sightline/inference/errors';
import { floats, someone, valuesOf } from './networks.ts';
import { pong, startEngineAt, startRemoteServer } from './remote-server.ts';
import type { Infer } from './remote-server.ts';

const input = { x: floats([1, 2], [1, 2]) };
const run = (engine: Engine, options: Partial<RunOptions> = {}) => engine.run(input, { ...someone, ...options });
const code = (error: unknown) => (error instanceof SidecarError ? error.code : String(error));
const outcomeOf = (promise: Promise<unknown>) => promise.then(() => 'answered', code);

const refuse =
  (status: number, body: object = { error: 'because' }, headers: Record<string, string> = {}): Infer =>
  (_request, response) =>
    void response.writeHead(status, headers).end(JSON.stringify(body));
/** Each answer once, then good ones. */
const inTurn = (...answers: Infer[]): Infer => {
  return (...args) => (answers.shift() ?? pong)(...args);
};

describe('what is tried again, and what is not', () => {
  const cases: [name: string, first: Infer, outcome: string, requests: number][] = [
    ['an answer', pong, 'answered', 1],
    ['a gateway without a server behind it', refuse(502), 'answered', 2],
    ['a server that is away for a moment', refuse(503), 'answered', 2],
    ['a queue that is full', refuse(503, { error: 'full', code: 'QUEUE_FULL' }), 'QUEUE_FULL', 1],
    ['too many requests', refuse(429), 'QUEUE_FULL', 1],
    ['a run that failed', refuse(500), 'ENGINE_FAILED', 1],
    ['a run that failed in a sidecar', refuse(503, { error: 'no', code: 'ENGINE_FAILED' }), 'ENGINE_FAILED', 1],
    ['tensors that do not fit', refuse(400), 'TENSOR_INVALID', 1],
    ['a deadline that passed there', refuse(504, { error: 'late', code: 'DEADLINE_EXCEEDED' }), 'DEADLINE_EXCEEDED', 1],
    ['a token that is refused', refuse(401), 'ENGINE_FAILED', 1],
    [
      'an answer that breaks off',
      (_, response) => response.writeHead(200, { 'content-length': 999 }).write('{') && response.destroy(),
      'ENGINE_FAILED',
      1,
    ],
    ['an answer that is no JSON', (_, response) => response.end('<html>'), 'ENGINE_FAILED', 1],
    ['an answer without the output', (_, response) => response.end('{"outputs":[]}'), 'ENGINE_FAILED', 1],
    [
      'an answer of another shape',
      (_, response) => response.end('{"outputs":[{"name":"y","datatype":"FP32","shape":[1,3],"data":[1,2,3]}]}'),
      'ENGINE_FAILED',
      1,
    ],
    ['a redirect', refuse(302, {}, { location: 'http://127.0.0.1:1/' }), 'ENGINE_FAILED', 1],
  ];
  for (const [name, first, outcome, requests] of cases) {
    test(`${name}: ${outcome}, ${requests} requests`, async () => {
      await using server = await startRemoteServer({ infer: inTurn(first) });
      await using engine = await startEngineAt(server.url, { retries: 1 });
      assert.equal(await outcomeOf(run(engine)), outcome);
      assert.equal(server.state.requests, requests);
    });
  }

  test('never more often than the config says', async () => {
    await using server = await startRemoteServer({ infer: refuse(503) });
    await using engine = await startEngineAt(server.url, { retries: 2 });
    assert.equal(await outcomeOf(run(engine)), 'SERVICE_UNAVAILABLE');
    assert.equal(server.state.requests, 3);
    server.state.requests = 0;
    await using once_ = await startEngineAt(server.url, { retries: 0 });
    assert.equal(await outcomeOf(run(once_)), 'SERVICE_UNAVAILABLE');
    assert.equal(server.state.requests, 1);
  });

  test('not when its caller would be gone by then', async () => {
    await using server = await startRemoteServer({ infer: refuse(503, {}, { 'retry-after': '30' }) });
    await using engine = await startEngineAt(server.url, { retries: 5 });
    const error = await run(engine, { timeoutMs: 5_000 }).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof SidecarError && error.code === 'SERVICE_UNAVAILABLE');
    assert.equal(error.retryAfterMs, 30_000);
    assert.equal(server.state.requests, 1);
  });

  test('a connection that was closed while nobody used it costs nothing', async () => {
    await using server = await startRemoteServer({
      infer: inTurn(pong, (request) => request.socket.destroy()),
    });
    await using engine = await startEngineAt(server.url, { retries: 0 });
    assert.equal(await outcomeOf(run(engine)), 'answered');
    assert.equal(await outcomeOf(run(engine)), 'answered');
    assert.equal(server.state.requests, 3);
  });
});

describe('a server that does not answer', () => {
  test('the caller hears so in time, and the server that nobody waits any more', async () => {
    const closed: Promise<unknown>[] = [];
    await using server = await startRemoteServer({ infer: (_, response) => closed.push(once(response, 'close')) });
    await using engine = await startEngineAt(server.url, { timeoutMs: 10_000 });
    assert.equal(await outcomeOf(run(engine, { timeoutMs: 100 })), 'DEADLINE_EXCEEDED');
    await using impatient = await startEngineAt(server.url, { timeoutMs: 100 });
    assert.equal(await outcomeOf(run(impatient, { timeoutMs: 10_000 })), 'DEADLINE_EXCEEDED');
    await Promise.all(closed);
    assert.equal(closed.length, 2);
  });

  test('whoever hangs up takes the request along', async () => {
    const arrived = Promise.withResolvers<unknown>();
    await using server = await startRemoteServer({
      infer: (_, response) => arrived.resolve({ closed: once(response, 'close') }),
    });
    await using engine = await startEngineAt(server.url);
    const leaving = new AbortController();
    const outcome = outcomeOf(run(engine, { signal: leaving.signal }));
    const { closed } = (await arrived.promise) as { closed: Promise<unknown> };
    leaving.abort(new Error('gone'));
    assert.equal(await outcome, 'Error: gone');
    await closed;
  });

  test('after five failures nobody waits for it, until it is seen to be well', async () => {
    const broken: Infer = (_, response) => void response.writeHead(500).end('<html>');
    await using server = await startRemoteServer({ infer: broken });
    await using engine = await startEngineAt(server.url, { retries: 0 });
    server.state.isReady = false;
    for (let index = 0; index < 5; index++) assert.equal(await outcomeOf(run(engine)), 'ENGINE_FAILED');
    assert.equal(engine.readyCount, 0);
    const error = await run(engine).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof SidecarError && error.code === 'SERVICE_UNAVAILABLE');
    assert.ok((error.retryAfterMs ?? 0) > 0);
    assert.throws(() => engine.reserve(someone), { code: 'SERVICE_UNAVAILABLE' });
    assert.equal(server.state.requests, 5, 'nobody asked it again');
    server.state.infer = pong;
    server.state.isReady = true;
    while ((await outcomeOf(run(engine))) !== 'answered') await new Promise((resolve) => setImmediate(resolve));
    assert.ok(engine.readyCount > 0);
  });

  test("one caller's tensors, on which every run fails, shut nobody else out", async () => {
    const failsFor13: Infer = (request, response, body) =>
      (body.includes('"data":[13,') ? refuse(500, { error: 'onnx runtime error 2' }) : pong)(request, response, body);
    await using server = await startRemoteServer({ infer: failsFor13 });
    await using engine = await startEngineAt(server.url);
    for (let index = 0; index < 12; index++) {
      const outcome = await outcomeOf(engine.run({ x: floats([1, 2], [13, 2]) }, { ...someone, tenant: 'evil' }));
      assert.equal(outcome, 'ENGINE_FAILED');
      assert.ok(engine.readyCount > 0);
    }
    assert.equal(await outcomeOf(run(engine)), 'answered');
  });

  test('runs that fail count once the model says that it is not well', async () => {
    await using server = await startRemoteServer({ infer: refuse(500) });
    await using engine = await startEngineAt(server.url);
    server.state.isReady = false;
    // The first failures make it look soon; those after that count.
    while ((await outcomeOf(run(engine))) !== 'SERVICE_UNAVAILABLE') await new Promise(setImmediate);
    assert.equal(engine.readyCount, 0);
  });

  test('callers in a hurry do not make a slow server a broken one', async () => {
    await using server = await startRemoteServer({
      infer: (_, response) => void setTimeout(() => pong(_, response, Buffer.alloc(0)), 50),
    });
    await using engine = await startEngineAt(server.url);
    for (let index = 0; index < 8; index++) {
      assert.equal(await outcomeOf(run(engine, { timeoutMs: 5 })), 'DEADLINE_EXCEEDED');
    }
    assert.equal(await outcomeOf(run(engine)), 'answered');
  });
});

describe('connections', () => {
  test('64 callers at once share as many as the config says, and use them again', async () => {
    await using server = await startRemoteServer({
      infer: (_, response) => void setImmediate(() => pong(_, response, Buffer.alloc(0))),
    });
    await using engine = await startEngineAt(server.url, { connectionsMax: 5 });
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(Array.from({ length: 64 }, () => run(engine)));
      for (const { outputs } of answers) assert.deepEqual(valuesOf(outputs['y'] ?? input.x), [3, 4]);
    }
    assert.equal(server.state.requests, 192);
    assert.equal(server.connections(), 5);
  });

  test('beyond the queue newcomers are refused at once', async () => {
    const waiting: (() => void)[] = [];
    await using server = await startRemoteServer({
      infer: (_, response) => waiting.push(() => pong(_, response, Buffer.alloc(0))),
    });
    await using engine = await startEngineAt(server.url, { connectionsMax: 1 }, { config: { queue: { sizeMax: 2 } } });
    const outcomes = Array.from({ length: 5 }, () => outcomeOf(run(engine)));
    assert.deepEqual(await Promise.all(outcomes.slice(3)), ['QUEUE_FULL', 'QUEUE_FULL']);
    let isOver = false;
    void Promise.all(outcomes).then(() => (isOver = true));
    while (!isOver) {
      for (const answer of waiting.splice(0)) answer();
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.deepEqual(await Promise.all(outcomes.slice(0, 3)), ['answered', 'answered', 'answered']);
  });
});

describe('a server that is still coming up', () => {
  test('is not waited for once the model is no longer wanted, between two tries or during one', async () => {
    const closing = new AbortController();
    const away = startEngineAt('http://127.0.0.1:1', {}, { startMsMax: 600_000, signal: closing.signal });
    closing.abort();
    assert.equal(await outcomeOf(away), 'SERVICE_UNAVAILABLE');

    const asked = Promise.withResolvers<void>();
    const silent = createServer(() => asked.resolve()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const leaving = new AbortController();
    const engine = { timeoutMs: 600_000 };
    const hanging = startEngineAt(`http://127.0.0.1:${port}`, engine, { signal: leaving.signal });
    await asked.promise;
    leaving.abort();
    assert.equal(await outcomeOf(hanging), 'SERVICE_UNAVAILABLE');
    silent.closeAllConnections();
    silent.close();
  });
});

describe('how a model is asked for', () => {
  test('in binary where the server says that it can', async () => {
    const seen: string[] = [];
    const infer: Infer = (request, response, body) => {
      seen.push(
        String(request.headers['inference-header-content-length'] !== undefined),
        String(body.includes('"data":[1,2]')),
      );
      pong(request, response, body);
    };
    for (const extensions of [[], ['binary_tensor_data']]) {
      await using server = await startRemoteServer({ infer, extensions });
      await using engine = await startEngineAt(server.url);
      await run(engine);
    }
    assert.deepEqual(seen, ['false', 'true', 'true', 'false']);
  });

  test('by its name and version there, with the token of the environment', async () => {
    await using server = await startRemoteServer();
    const named = { model: 'their name', version: '7', tokenVariable: 'REMOTE_TOKEN' };
    await using engine = await startEngineAt(server.url, named, { tokens: { REMOTE_TOKEN: 'secret' } });
    await run(engine);
    assert.deepEqual(server.state.paths, ['/v2/models/their%20name/versions/7']);
    assert.deepEqual([...server.state.tokens], ['Bearer secret']);
    assert.equal(await outcomeOf(startEngineAt(server.url, named)), 'MODEL_INVALID');
  });

  test('a model that cannot be used is refused at the start, a server that is away after a while', async () => {
    await using odd = await startRemoteServer({ inputs: [{ name: 'x', datatype: 'BF16', shape: [1] }] });
    assert.equal(await outcomeOf(startEngineAt(odd.url)), 'MODEL_INVALID');
    assert.equal(await outcomeOf(startEngineAt('http://127.0.0.1:1', {}, { startMsMax: 300 })), 'SERVICE_UNAVAILABLE');
  });
});

test('a breaker opens after failures in a row, rests ever longer, and lets one try for all', () => {
  let now = 0;
  const changes: boolean[] = [];
  const breaker = createBreaker({
    ...{ failuresMax: 2, restMs: { first: 100, last: 300 }, now: () => now },
    onChange: (isOpen) => changes.push(isOpen),
  });
  const enter = () => {
    const leave = breaker.enter();
    assert.ok(typeof leave === 'function', `refused for ${String(leave)} ms`);
    return leave;
  };
  enter()('failure');
  enter()('success');
  enter()('failure');
  assert.equal(breaker.isOpen, false, 'a success in between starts the count anew');
  enter()('failure');
  assert.equal(breaker.enter(), 100);
  now = 100;
  const trial = enter();
  assert.equal(typeof breaker.enter(), 'number', 'one tries for all');
  trial('failure');
  assert.equal(breaker.enter(), 200);
  now = 300;
  enter()('unknown');
  enter()('failure');
  assert.equal(breaker.enter(), 300, 'never longer than the last');
  breaker.hasten();
  enter()('success');
  enter()('failure');
  assert.equal(breaker.isOpen, false);
  assert.deepEqual(changes, [true, false]);
});
