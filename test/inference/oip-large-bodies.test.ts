import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { SidecarError } from '@sightline/inference/errors';
import { createBodyBudget } from '@sightline/inference/http/body-budget';
import { createSocketLane } from '@sightline/inference/http/oip/socket-lane';
import { refusalOf } from '@sightline/inference/http/problems';
import { until } from '../harness/until.ts';
import { binaryMessage } from './oip-golden.ts';
import { headOf, openLine } from './oip-line.ts';
import type { Line } from './oip-line.ts';
import { startWorld } from './oip-two-ways.ts';
import { bearer, localToken } from './sidecar.ts';

type World = Awaited<ReturnType<typeof startWorld>>;

/** More than anybody waits for whole, and no multiple of what a socket is read by. */
const rows = 20_011;
const tensorOf = (first: number) => Buffer.from(Float32Array.from({ length: rows * 2 }, (_, n) => first + n).buffer);
const tensors = [tensorOf(0), tensorOf(1_000_000)] as const;
const bodies = tensors.map(
  (tensor) =>
    binaryMessage(
      {
        inputs: [
          {
            ...{ name: 'x', datatype: 'FP32', shape: [rows, 2] },
            parameters: { binary_data_size: tensor.byteLength },
          },
        ],
        parameters: { binary_data_output: true },
      },
      tensor,
    ).body,
) as [Buffer, Buffer];
const jsonLength = bodies[0].byteLength - tensors[0].byteLength;
const standard = {
  host: 'localhost',
  'content-length': String(bodies[0].byteLength),
  'inference-header-content-length': String(jsonLength),
};

/** `model`: one in an engine of its own unless said otherwise. */
const request = (body: Buffer, more: Record<string, string> = bearer(localToken), model = 'elsewhere'): Buffer =>
  Buffer.concat([Buffer.from(headOf({ ...standard, ...more }, model), 'latin1'), body]);

describe('large tensors taken off the socket', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
    const headers = { ...standard, ...bearer(localToken) };
    for (const model of ['elsewhere', 'float32']) {
      await world.send({ path: `${model}/infer`, headers, body: bodies[0] });
    }
  });
  after(() => world[Symbol.asyncDispose]());

  async function ask(line: Line, bytes: Buffer, tensor: Buffer): Promise<void> {
    const { status, body } = await line.ask(bytes);
    assert.equal(status, 200, body.toString('latin1', 0, 300));
    assert.ok(body.subarray(-tensor.byteLength).equals(tensor));
  }
  const pendingBytes = () => world.figure('sightline_inference_pending_bytes');

  for (const model of ['elsewhere', 'float32']) {
    test(`${model}: one after the other, each with its own bytes`, async () => {
      const count = await world.fastCount();
      using line = await openLine(world.sidecar.url);
      for (let turn = 0; turn < 10; turn++) {
        const which = turn % 2;
        await ask(line, request(bodies[which]!, undefined, model), tensors[which]!);
      }
      assert.equal(await world.fastCount(), count + 10);
      assert.equal(await pendingBytes(), 0);
    });
  }

  test('in pieces, cut anywhere', async () => {
    using line = await openLine(world.sidecar.url);
    await ask(line, request(bodies[0]), tensors[0]);
    const bytes = request(bodies[1]);
    const headLength = bytes.byteLength - bodies[1].byteLength;
    for (const cuts of [
      [headLength],
      [headLength + 1],
      [headLength + jsonLength],
      [bytes.byteLength - 1],
      [9, 99_999],
    ]) {
      let from = 0;
      for (const to of cuts) {
        await line.write(bytes.subarray(from, to));
        await new Promise((resolve) => setImmediate(resolve));
        from = to;
      }
      await ask(line, bytes.subarray(from), tensors[1]);
    }
  });

  test('with others behind them that did not wait', async () => {
    using line = await openLine(world.sidecar.url);
    await ask(line, request(bodies[0]), tensors[0]);
    const health = Buffer.from('GET /v2/health/live HTTP/1.1\r\nhost: localhost\r\n\r\n');
    line.socket.write(Buffer.concat([request(bodies[0]), request(bodies[1]), health]));
    for (const tensor of tensors) {
      const { status, body } = await line.next();
      assert.equal(status, 200);
      assert.ok(body.subarray(-tensor.byteLength).equals(tensor));
    }
    assert.equal((await line.next()).status, 200);
  });

  test('refused before they are read, they are passed over: the next is heard on the same connection', async () => {
    using line = await openLine(world.sidecar.url);
    await ask(line, request(bodies[0]), tensors[0]);
    const refused = request(bodies[1], bearer('nobody'));
    for (const bytes of [refused, Buffer.concat([refused, refused])]) {
      line.socket.write(bytes);
      for (let at = 0; at < bytes.byteLength; at += refused.byteLength) assert.equal((await line.next()).status, 401);
      await ask(line, request(bodies[1]), tensors[1]);
    }
    assert.equal(await pendingBytes(), 0);
  });

  test('one that the network cannot take is refused, and the next is answered', async () => {
    using line = await openLine(world.sidecar.url);
    const wrong = Buffer.from(bodies[0]);
    wrong.write('INT8', wrong.indexOf('FP32'));
    const { status, body } = await line.ask(request(wrong));
    assert.equal(status, 400);
    assert.match(body.toString(), /TENSOR_INVALID/);
    await ask(line, request(bodies[0]), tensors[0]);
  });

  test('whoever ends in the middle is told so, and whoever leaves leaves nothing behind', async () => {
    {
      using line = await openLine(world.sidecar.url);
      line.socket.end(request(bodies[0]).subarray(0, -4));
      const { status, headers, body } = await line.next();
      assert.deepEqual([status, headers['connection']], [400, 'close']);
      assert.match(body.toString(), /The body broke off/);
    }
    using line = await openLine(world.sidecar.url);
    await line.write(request(bodies[0]).subarray(0, -4));
    await until(async () => (await pendingBytes()) > 0);
    line.socket.destroy();
    await until(async () => (await pendingBytes()) === 0);
  });
});

/** The lane alone, in front of a model that takes whatever comes. */
async function startLane({ keepAliveMs = 60_000, requestTimeoutMs = 60_000 }) {
  const server = createServer((_incoming, response) => response.end('by Node'));
  const budget = createBodyBudget({ bytesMax: 1_000_000, bodyBytesMax: 1_000_000, stallMsMax: 60_000 });
  const state = { isOutOfMemory: false, refusal: null as SidecarError | null, entered: Promise.resolve(), ranCount: 0 };
  const closing = new AbortController();
  const lane = createSocketLane({
    ...{ server, budget, bodyBytesMax: 1_000_000, keepAliveMs, requestTimeoutMs },
    callers: { tenantOf: () => 'tenant' } as unknown as Parameters<typeof createSocketLane>[0]['callers'],
    takeMemory(_address, byteLength) {
      if (state.isOutOfMemory) throw new RangeError('Array buffer allocation failed');
      return new Uint8Array(byteLength);
    },
    lane: {
      closing: closing.signal,
      takes: () => !closing.signal.aborted,
      note: () => {},
      async answer({ body, raw }) {
        try {
          await state.entered;
          if (state.refusal) throw state.refusal;
          const { bytes } = (await body())!;
          state.ranCount++;
          return { status: 200, headers: {}, body: Buffer.from(String(bytes.byteLength)) };
        } catch (thrown) {
          const { error, status, headers } = refusalOf(thrown, raw, { debug() {}, warn() {}, error() {} });
          return { status, headers, body: Buffer.from(error.code) };
        }
      },
    },
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    ...{ budget, state, lane, closing, server },
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      lane[Symbol.dispose]();
      lane.closeAll();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const told = ({ status, headers, body }: Awaited<ReturnType<Line['next']>>) =>
  [status, body.toString(), headers['connection']] as const;

test('a body that has no room is refused, and one that takes too long is given up', async () => {
  await using world = await startLane({ requestTimeoutMs: 1 });
  const { budget, state } = world;
  const release = budget.hold('tenant', 950_000);
  using line = await openLine(world.url);
  assert.deepEqual(told(await line.ask(request(bodies[0]))), [503, 'QUEUE_FULL', 'keep-alive']);
  release();
  state.isOutOfMemory = true;
  assert.deepEqual(told(await line.ask(request(bodies[0]))), [500, 'INTERNAL_SERVER_ERROR', 'keep-alive']);
  state.isOutOfMemory = false;
  assert.equal(budget.heldBytes, 0);
  assert.equal((await line.ask(request(bodies[0]))).status, 200);
  assert.deepEqual(told(await line.ask(request(bodies[0]).subarray(0, -1))), [408, 'REQUEST_TIMEOUT', 'close']);
  assert.equal(budget.heldBytes, 0);
});

test('whoever has sent all of it and ends its side is answered, however long it takes to know who it is', async () => {
  await using world = await startLane({});
  const accepted = once(world.server, 'connection') as Promise<[Socket]>;
  using line = await openLine(world.url);
  const [atServer] = await accepted;
  const short = request(bodies[0].subarray(0, 20_000), { 'content-length': '20000' });
  assert.equal((await line.ask(short)).status, 200);
  const known = Promise.withResolvers<void>();
  world.state.entered = known.promise;
  const ended = once(atServer, 'end');
  line.socket.end(short);
  await ended;
  known.resolve();
  assert.deepEqual(told(await line.next()), [200, '20000', 'close']);
});

test('what is behind a body that was passed over is served when all the others are told to go', async () => {
  await using world = await startLane({});
  using line = await openLine(world.url);
  assert.equal((await line.ask(request(bodies[0]))).status, 200);
  world.state.refusal = new SidecarError('QUOTA_EXCEEDED', 'No more.');
  const refused = request(bodies[1]);
  line.socket.write(refused.subarray(0, -1_000));
  assert.equal((await line.next()).headers['connection'], 'keep-alive');
  world.closing.abort();
  world.lane.closeIdle();
  const health = Buffer.from('GET /v2/health/live HTTP/1.1\r\nhost: localhost\r\n\r\n');
  const { status } = await line.ask(Buffer.concat([refused.subarray(-1_000), health]));
  assert.equal(status, 200);
});

test('a body whose last piece has no room runs nothing', async () => {
  await using world = await startLane({});
  using line = await openLine(world.url);
  assert.equal((await line.ask(request(bodies[0]))).status, 200);
  line.socket.write(request(bodies[1]).subarray(0, -1_000));
  await until(async () => world.budget.heldBytes > 100_000);
  await until(async () => world.budget.heldBytes === bodies[1].byteLength - 1_000);
  const release = world.budget.hold('others', 1_000_000 - world.budget.heldBytes);
  assert.equal((await line.ask(bodies[1].subarray(-1_000))).status, 503);
  release();
  assert.deepEqual([world.state.ranCount, world.budget.heldBytes], [1, 0]);
});
