import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
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

test('a body that has no room is refused, and one that takes too long is given up', async () => {
  let isOutOfMemory = false;
  const server = createServer();
  const budget = createBodyBudget({ bytesMax: 1_000_000, bodyBytesMax: 1_000_000, stallMsMax: 60_000 });
  using lane = createSocketLane({
    ...{ server, budget, bodyBytesMax: 1_000_000, keepAliveMs: 60_000, requestTimeoutMs: 1 },
    callers: { tenantOf: () => 'tenant' } as unknown as Parameters<typeof createSocketLane>[0]['callers'],
    takeMemory(_address, byteLength) {
      if (isOutOfMemory) throw new RangeError('Array buffer allocation failed');
      return new Uint8Array(byteLength);
    },
    lane: {
      closing: new AbortController().signal,
      takes: () => true,
      note: () => {},
      async answer({ body, raw }) {
        const log = { debug() {}, warn() {}, error() {} };
        try {
          await body();
          return { status: 200, headers: {}, body: Buffer.alloc(0) };
        } catch (thrown) {
          const { error, status, headers } = refusalOf(thrown, raw, log);
          return { status, headers, body: Buffer.from(error.code) };
        }
      },
    },
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const release = budget.hold('tenant', 950_000);
    using line = await openLine(url);
    const full = await line.ask(request(bodies[0]));
    assert.deepEqual([full.status, full.body.toString()], [503, 'QUEUE_FULL']);
    release();
    isOutOfMemory = true;
    assert.equal((await line.ask(request(bodies[0]))).status, 500);
    isOutOfMemory = false;
    assert.equal(budget.heldBytes, 0);
    assert.equal((await line.ask(request(bodies[0]))).status, 200);
    const slow = await line.ask(request(bodies[0]).subarray(0, -1));
    assert.deepEqual(
      [slow.status, slow.body.toString(), slow.headers['connection']],
      [408, 'REQUEST_TIMEOUT', 'close'],
    );
    assert.equal(budget.heldBytes, 0);
  } finally {
    lane.closeAll();
    server.close();
  }
});
