import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { closeOf } from '../harness/close-of.ts';
import { until } from '../harness/until.ts';
import { createCuriosity } from '@sightline/inference/cache/curiosity';
import { createAdmission } from '@sightline/inference/http/admission';
import { organization, startCallerServer } from './caller-server.ts';
import { blob, bytesOf, scene, twoBlobs } from './pictures.ts';
import { bearer, localToken, refusal, startSidecar } from './sidecar.ts';
import type { TestSidecar } from './sidecar.ts';

const image = { 'content-type': 'image/png' };
const announced = 400_000;

/** A connection on which requests are written by hand. */
function open(url: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
  let received = '';
  socket.setEncoding('utf8').on('data', (piece: string) => {
    received += piece;
  });
  return {
    socket,
    /** The head of a request for `announced` bytes, and none of them. */
    head(path = '/predict', headers: Record<string, string> = bearer(localToken)): void {
      const lines = Object.entries({ ...headers, ...image, host: 'localhost', 'content-length': String(announced) });
      socket.write(`POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
    },
    async until(wanted: RegExp): Promise<string> {
      while (!wanted.test(received)) await once(socket, 'data');
      return received;
    },
    async closed(): Promise<string> {
      if (!socket.closed) await closeOf(socket);
      return received;
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

async function metric(sidecar: TestSidecar, name: string): Promise<number> {
  const page = await text((await fetch(`${sidecar.url}/metrics`)).body!);
  const line = page.split('\n').find((each) => each.startsWith(`sightline_inference_${name} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

let left = 0;
/** One that nobody sent before. */
const fresh = () => bytesOf(scene([blob('red', left++, 60)]).png());

/** A sidecar whose engine runs for long, with `waiting` pictures of the same sender in line: all that may be. */
async function fill(sidecar: TestSidecar, headers: Record<string, string>, waiting: number) {
  const answers: Promise<Response>[] = [];
  for (let count = 0; count <= waiting; count++) {
    answers.push(sidecar.predict(await fresh(), { ...headers, ...image }));
    // The first goes straight to the engine.
    const isIn = async () => (await metric(sidecar, 'model_queue_depth{model="blobs",version="1"}')) === count;
    await until(isIn);
    if (count === 0) await until(async () => (await metric(sidecar, 'batch_size_count')) > 1);
  }
  return answers;
}

const slow = { cacheEntriesMax: 0, blobsDelayMs: 1_000, queueSize: 2 };

test('what nobody has time for is refused by its head; the connection serves again once it sent the rest', async () => {
  await using sidecar = await startSidecar(slow);
  const answers = await fill(sidecar, bearer(localToken), 2);
  using sender = open(sidecar.url);
  sender.head();
  const refused = await sender.until(/requestId/);
  assert.match(refused, /^HTTP\/1\.1 503 [^]*retry-after: 1\r\n[^]*"code":"QUEUE_FULL"/);
  assert.doesNotMatch(refused, /connection: close/i);
  assert.equal(await metric(sidecar, 'dropped_total{reason="full"}'), 1);
  for (let sent = 0; sent < announced; sent += 100_000) sender.socket.write(Buffer.alloc(100_000));
  sender.socket.write('GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await sender.until(/HTTP\/1\.1 200 /);
  for (const answer of answers) assert.equal((await answer).status, 200);
});

test('whose connection ends with the answer gets it after all was read, not a reset', async () => {
  await using sidecar = await startSidecar(slow);
  const answers = await fill(sidecar, bearer(localToken), 2);
  using sender = open(sidecar.url);
  sender.head('/predict', { ...bearer(localToken), connection: 'close' });
  sender.socket.write(Buffer.alloc(announced));
  assert.match(await sender.closed(), /^HTTP\/1\.1 503 [^]*"code":"QUEUE_FULL"/);
  await Promise.all(answers);
});

test('every route that takes pictures does so, each in its own words', async () => {
  await using sidecar = await startSidecar(slow);
  const answers = await fill(sidecar, bearer(localToken), 2);
  const form = { ...bearer(localToken), 'content-type': 'multipart/form-data; boundary=x' };
  const paths = ['/predict/blobs', '/predict/blobs/versions/1', '/analyze/frame', '/analyze/frame?model=blobs'];
  for (const path of [...paths, '/redact?model=blobs', '/v1/vision/detection', '/v1/vision/custom/blobs']) {
    using sender = open(sidecar.url);
    const lines = Object.entries({ ...image, ...form, host: 'localhost', 'content-length': String(announced) });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    sender.socket.write(`POST ${path} HTTP/1.1\r\n${head}\r\n`);
    assert.match(await sender.until(/QUEUE_FULL/), /^HTTP\/1\.1 503 /, path);
  }
  await Promise.all(answers);
});

test('who has little waiting is let in beside a flood that is refused by its heads', async () => {
  await using server = await startCallerServer({
    flood: organization(['inference:use'], { organizationId: '01930000-0000-7000-8000-00000000000a' }),
    quiet: organization(),
  });
  await using sidecar = await startSidecar({ ...slow, serverUrl: server.serverUrl });
  const answers = await fill(sidecar, bearer('flood'), 2);
  using sender = open(sidecar.url);
  sender.head('/predict', bearer('flood'));
  await sender.until(/QUEUE_FULL/);
  const quiet = await sidecar.predict(await twoBlobs(), { ...bearer('quiet'), ...image });
  assert.equal(quiet.status, 200);
  await Promise.all(answers);
});

test('what is known is answered while the queue is full; what is new is refused', async () => {
  await using sidecar = await startSidecar({ ...slow, cacheEntriesMax: 100 });
  const picture = await twoBlobs();
  assert.equal((await sidecar.predict(picture, image)).status, 200);
  const answers = await fill(sidecar, bearer(localToken), 2);
  const known = await sidecar.predict(picture, image);
  assert.deepEqual([known.status, known.headers.get('x-cache')], [200, 'hit']);
  assert.equal(await refusal(await sidecar.predict(await fresh(), image)), '503 QUEUE_FULL');
  assert.equal(await metric(sidecar, 'dropped_total{reason="full"}'), 1, 'a hit is no refusal');
  await Promise.all(answers);
});

test('pictures are read for the cache alone as long as some of them are known', () => {
  const clock = { ms: 0 };
  const curiosity = createCuriosity({ now: () => clock.ms });
  const read = (tenant: string, isKnown: (index: number) => boolean) => {
    let count = 0;
    for (; count < 1_000 && curiosity.has(tenant); count++) {
      curiosity.spend(tenant);
      if (isKnown(count)) curiosity.earn(tenant);
    }
    return count;
  };
  assert.equal(
    read('always new', () => false),
    32,
  );
  assert.equal(
    read('often known', (index) => index % 4 === 0),
    1_000,
  );
  assert.equal(curiosity.has('always new'), false);
  clock.ms += 1_000;
  assert.equal(
    read('always new', () => false),
    2,
    'now and then it is tried again',
  );
});

test('a place is kept from the head on for two seconds, for half of a queue at most, and never after the end', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let held = 0;
  const engine = {
    reserve() {
      held++;
      let isHeld = true;
      return {
        [Symbol.dispose]() {
          if (isHeld) held--;
          isHeld = false;
        },
      };
    },
  };
  const admission = createAdmission({
    registry: { defaultName: 'a', peek: () => ({ engine, config: {}, detector: {} }) },
    callers: { of: () => ({ kind: 'local' }) },
    ...{ curiosity: null, modelKey: () => null, queueSize: 4, closing: new AbortController().signal },
  } as unknown as Parameters<typeof createAdmission>[0]);
  type Request = Parameters<typeof admission.admit>[0];
  type Reply = Parameters<typeof admission.admit>[1];
  const arrive = async () => {
    const request = {} as Request;
    const raw = new EventEmitter();
    await admission.admit(request, { raw } as unknown as Reply, 'a', null);
    return { request, raw };
  };
  const first = await arrive();
  const second = await arrive();
  assert.equal(held, 2);
  const third = await arrive();
  assert.equal(held, 2, 'others must not wait for those that are still sending');
  assert.equal(admission.placeOf(third.request), undefined);

  context.mock.timers.tick(1_999);
  const place = admission.placeOf(first.request);
  context.mock.timers.tick(1);
  assert.equal(held, 1, 'the slow one lost its place');
  assert.equal(admission.placeOf(second.request)?.isOf(engine), false);
  assert.ok(place?.isOf(engine), 'the one that is here did not');
  first.raw.emit('close');
  second.raw.emit('close');
  assert.equal(held, 0);
});
