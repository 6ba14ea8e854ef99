import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { closeOf } from '../harness/close-of.ts';
import { until } from '../harness/until.ts';
import type { SidecarError } from '@sightline/inference/errors';
import { createBodyBudget } from '@sightline/inference/http/body-budget';
import { readBytes } from '@sightline/inference/http/read-bytes';
import { organization, startCallerServer } from './caller-server.ts';
import { postForm } from './deepstack.ts';
import { twoBlobs } from './pictures.ts';
import { bearer, startSidecar } from './sidecar.ts';

const MiB = 1024 * 1024;
const chargedAtOnce = 64 * 1024;

/** A request that announces `announced` bytes and sends `sent` of them. */
function begin(url: string, path: string, headers: Record<string, string>, announced: number, sent: number) {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
  const lines = Object.entries({ ...headers, host: 'localhost', 'content-length': String(announced) });
  socket.write(`POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  socket.write(Buffer.alloc(sent));
  let received = '';
  socket.setEncoding('utf8').on('data', (piece: string) => {
    received += piece;
  });
  return {
    socket,
    rest: () => socket.write(Buffer.alloc(announced - sent)),
    /** All that comes back until the connection is closed. */
    async closed(): Promise<string> {
      if (!socket.closed) await closeOf(socket);
      return received;
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** A server that reads bodies of the tenants that the header `tenant` names, on a clock that is moved by hand. */
async function startReading(bytesMax: number) {
  const clock = { nowMs: 0 };
  const budget = createBodyBudget({ bytesMax, bodyBytesMax: bytesMax, stallMsMax: 5_000, now: () => clock.nowMs });
  const sockets: Socket[] = [];
  type Request = Parameters<typeof readBytes>[0];
  type Reply = Parameters<typeof budget.admit>[1];
  const server = createServer((raw, response) => {
    sockets.push(raw.socket);
    const request = { raw, headers: raw.headers, routeOptions: { bodyLimit: bytesMax } } as unknown as Request;
    const answer = (status: number, body: object) => void response.writeHead(status).end(JSON.stringify(body));
    try {
      budget.admit(request, { raw: response } as Reply, String(raw.headers['tenant']));
    } catch (error) {
      return answer(503, { code: (error as SidecarError).code });
    }
    readBytes(request, raw, (error, body) => {
      answer(error ? 400 : 200, { bytes: body?.byteLength, heldBytes: budget.heldBytes });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ url, clock, budget, sockets },
    send: (tenant: string, announced: number, sent: number) =>
      begin(url, '/', { tenant, 'content-type': 'image/png', connection: 'close' }, announced, sent),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('what is only announced takes no room, in either budget', async () => {
  await using server = await startCallerServer({
    flood: organization(['inference:use'], { organizationId: '01930000-0000-7000-8000-00000000000a' }),
    victim: organization(),
  });
  const limits = { pendingBytesMax: 4 * MiB, bodyBytesMax: MiB };
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl, ...limits });
  using held = new DisposableStack();
  const image = { 'content-type': 'image/png' };
  for (let n = 0; n < 4; n++) held.use(begin(sidecar.url, '/predict', { ...bearer('flood'), ...image }, MiB, 1));
  const form = { 'content-type': 'multipart/form-data; boundary=x' };
  held.use(begin(sidecar.url, '/v1/vision/detection', form, MiB, 1));
  const pendingBytes = async () =>
    Number(/pending_bytes (\d+)/.exec(await (await fetch(`${sidecar.url}/metrics`)).text())?.[1]);
  await until(async () => (await pendingBytes()) >= 5 * chargedAtOnce);
  const picture = await twoBlobs();
  const seen = await sidecar.predict(picture, { ...bearer('victim'), ...image });
  assert.equal(seen.status, 200);
  const parts = [
    ['api_key', 'victim'],
    ['image', picture],
  ] as const;
  assert.equal((await postForm(sidecar.url, [...parts], {})).status, 200);
});

test('bytes are charged as they arrive, and given back when the answer is out', async () => {
  await using world = await startReading(MiB);
  using request = world.send('a', 500_000, 300_000);
  await until(() => world.budget.heldBytes === 300_000);
  request.rest();
  assert.match(await request.closed(), /"bytes":500000,"heldBytes":500000/);
  await until(() => world.budget.heldBytes === 0);
  using small = world.send('a', 1_000, 1_000);
  assert.match(await small.closed(), /"bytes":1000,"heldBytes":1000/);
});

test('without room, what arrives for whoever holds most is cut; it has no more than half while others are there', async () => {
  await using world = await startReading(1_000_000);
  using _kept = world.send('flood', 450_000, 449_000);
  await until(() => world.budget.heldBytes === 449_000);
  using cut = world.send('flood', 450_000, 449_000);
  await until(() => world.budget.heldBytes === 898_000);
  using victim = world.send('victim', 300_000, 300_000);
  assert.match(await victim.closed(), /^HTTP\/1\.1 200 /);
  assert.match(await cut.closed(), /^HTTP\/1\.1 503 [^]*"code":"QUEUE_FULL"/);
  await until(() => world.budget.heldBytes === 449_000);
  using refused = world.send('flood', 100_000, 0);
  assert.match(await refused.closed(), /^HTTP\/1\.1 503 [^]*QUEUE_FULL/);
  // Long after the other one was there, all of it may be taken.
  world.clock.nowMs += 60_000;
  using again = world.send('flood', 100_000, 100_000);
  assert.match(await again.closed(), /^HTTP\/1\.1 200 /);
});

test('a body that stands still for five seconds is cut with 408; one that goes on is not', async () => {
  await using world = await startReading(MiB);
  using stalled = world.send('a', 500_000, 1_000);
  using slow = world.send('a', 500_000, 1_000);
  const arrived = () => world.sockets.filter(({ bytesRead }) => bytesRead > 1_000).length;
  await until(() => arrived() === 2);
  world.budget.cutStalled();
  world.clock.nowMs += 4_999;
  world.budget.cutStalled();
  const before = world.sockets.map(({ bytesRead }) => bytesRead);
  slow.socket.write('x');
  await until(() => world.sockets.some(({ bytesRead }, index) => bytesRead !== before[index]));
  world.clock.nowMs += 1;
  world.budget.cutStalled();
  assert.match(await stalled.closed(), /^HTTP\/1\.1 408 [^]*"code":"REQUEST_TIMEOUT"/);
  slow.socket.write(Buffer.alloc(500_000 - 1_001));
  assert.match(await slow.closed(), /"bytes":500000/);
});
