import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { organization, startCallerServer } from './caller-server.ts';
import { everyType } from './oip-datatypes.ts';
import { forms } from './oip-forms.ts';
import { binaryMessage } from './oip-golden.ts';
import { refusals } from './oip-refusals.ts';
import { startWorld } from './oip-two-ways.ts';
import type { Sent } from './oip-two-ways.ts';
import { floats } from './oip-tensors.ts';
import { bearer, localToken, serviceToken } from './sidecar.ts';

type Closing = { once(name: 'close', done: () => void): void };
type World = Awaited<ReturnType<typeof startWorld>>;

const input = (parameters: object = {}, shape = [1, 2]) => ({
  inputs: [{ name: 'x', datatype: 'FP32', shape, parameters: { binary_data_size: 8 } }],
  parameters: { binary_data_output: true, ...parameters },
});
const message = binaryMessage(input(), floats(1, 2));
/** Two megabytes in many pieces: more than a socket holds. */
const large = (shape: number[]) => {
  const bytes = new Uint8Array(2 * 1024 * 1024).fill(7);
  const parameters = { binary_data_size: bytes.byteLength };
  const inputs = [{ name: 'x', datatype: 'FP32', shape, parameters }];
  return binary({ inputs, parameters: { binary_data_output: true } }, bytes);
};
const infer: Sent = {
  path: 'float32/infer',
  headers: { ...message.headers, ...bearer(localToken) },
  body: message.body,
};
const withHeaders = (headers: Sent['headers']): Sent => ({ ...infer, headers: { ...infer.headers, ...headers } });
const without = (name: string): Sent => {
  const { [name]: _gone, ...headers } = infer.headers ?? {};
  return { ...infer, headers };
};

/** Sends a request on all three ways and holds the answers, and what the log says of them, against each other. */
async function holdTogether(world: World, sent: Sent, status: number, [other, another]: Partial<Sent>[] = []) {
  world.takeLines();
  const { first, slow, later, counts } = await world.everyWay([sent, { ...sent, ...other }, { ...sent, ...another }]);
  assert.equal(first.status, status, first.body);
  assert.deepEqual(first, slow);
  assert.deepEqual(later, slow);
  assert.deepEqual(counts, [1, 0, 1]);
  const lines = world.takeLines();
  assert.ok(lines.length > 0 && lines.length % 3 === 0, JSON.stringify(lines));
  const one = lines.slice(0, lines.length / 3);
  assert.deepEqual(lines, [...one, ...one, ...one]);
  return first;
}

describe('binary requests, which go without Fastify, are answered as they are with it', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
    for (const name of ['float32', 'scale', 'elsewhere']) await world.send({ ...infer, path: `${name}/infer` });
  });
  after(() => world[Symbol.asyncDispose]());

  const right: Record<string, Sent> = {
    'a model': infer,
    'a version': { ...infer, ...binary(input({}, [2, 1]), floats(1, 2)), path: 'scale/versions/1/infer' },
    'an answer in JSON': {
      ...infer,
      ...binary({ ...input(), parameters: { binary_data_output: false } }, floats(1, 2)),
    },
    'a raw tensor': { ...withHeaders({ 'inference-header-content-length': '0' }), body: floats(1, 2) },
    'no type': without('content-type'),
    'JSON that says its length': {
      ...infer,
      ...binary({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] }, []),
    },
    'an id of its own': withHeaders({ 'x-request-id': 'mine' }),
    'an id that is none': withHeaders({ 'x-request-id': 'no id' }),
    'a connection that ends': { ...infer, close: true },
    'the server itself': withHeaders(bearer(serviceToken)),
    'a large body': { ...infer, ...large([262_144, 2]) },
    'a large body for an engine': { ...infer, ...large([262_144, 2]), path: 'elsewhere/infer' },
    'a model in an engine': { ...infer, path: 'elsewhere/infer' },
  };
  for (const [name, sent] of Object.entries(right)) {
    test(name, async () => {
      // Large ones start an engine for their like.
      await world.send(sent);
      await holdTogether(world, sent, 200);
    });
  }

  const wrong: Record<string, [Sent, number]> = {
    'no token': [without('authorization'), 401],
    'another scheme': [withHeaders({ authorization: `Basic ${localToken}` }), 401],
    'a token that nobody knows': [withHeaders(bearer('unknown')), 401],
    'a token as long as a book': [withHeaders(bearer('x'.repeat(5_000))), 401],
    'a page of the web with the local token': [withHeaders({ origin: 'https://evil.example' }), 403],
    'a name that was made to point here': [withHeaders({ host: 'rebound.example:4001' }), 403],
    'JSON longer than the body': [withHeaders({ 'inference-header-content-length': '99999' }), 400],
    'a length that is none': [withHeaders({ 'inference-header-content-length': '1e2' }), 400],
    'two lengths of the JSON': [withHeaders({ 'inference-header-content-length': ['3', '3'] }), 400],
    'no JSON': [{ ...infer, body: Buffer.alloc(400, 0xff) }, 400],
    'a large body of another shape': [{ ...infer, ...large([262_145, 2]) }, 400],
    'a large body from nobody': [{ ...infer, ...large([262_144, 2]), ...fromNobody(large([262_144, 2])) }, 401],
    'too few bytes': [{ ...infer, ...binary(input(), floats(1)) }, 400],
    'a time that is none': [{ ...infer, ...binary(input({ timeout: -1 }), floats(1, 2)) }, 400],
    'an output that is not there': [
      { ...infer, ...binary({ ...input(), outputs: [{ name: 'z' }] }, floats(1, 2)) },
      400,
    ],
  };
  for (const [name, [sent, status]] of Object.entries(wrong)) {
    test(name, async () => void (await holdTogether(world, sent, status)));
  }

  const others: Record<string, Sent> = {
    'a query': { ...infer, path: 'float32/infer?a=b' },
    'an escape': { ...infer, path: 'float3%32/infer' },
    'no length of the JSON': without('inference-header-content-length'),
    'a compressed body': withHeaders({ 'content-encoding': 'gzip' }),
    'a body that is not compressed': withHeaders({ 'content-encoding': 'identity' }),
    'a type that is none': withHeaders({ 'content-type': 'nonsense' }),
    'a model that is not loaded': { ...infer, path: 'pair/infer' },
    'a model that is not there': { ...infer, path: 'nowhere/infer' },
  };
  for (const [name, sent] of Object.entries(others)) {
    test(`${name} is for Fastify`, async () => {
      const before = await world.fastCount();
      await world.send(sent);
      assert.equal(await world.fastCount(), before);
    });
  }

  for (const golden of [...everyType, ...forms, ...refusals]) {
    if (golden.headers?.['inference-header-content-length'] === undefined) continue;
    test(`golden: ${golden.name}`, async () => {
      const headers = { 'content-type': 'application/json', ...golden.headers, ...bearer(localToken) };
      const sent = { path: golden.path, headers, body: golden.body };
      // The first one loads it.
      await world.send(sent);
      if (golden.status === 404) return;
      await holdTogether(world, sent, golden.status);
    });
  }

  test('all of them are counted by their route, and none of their memory stays', async () => {
    const count = () =>
      world.figure('sightline_inference_requests_total{route="/v2/models/:model/infer",status="200"}');
    const before = await count();
    await holdTogether(world, infer, 200);
    assert.equal((await count()) - before, 3);
    assert.equal(await world.figure('sightline_inference_pending_bytes'), 0);
  });

  test('requests that come in one piece are answered in their order', async () => {
    const texts = [1, 2, 3].map((n) => wire({ ...withHeaders({ 'x-request-id': `n${n}` }) }, n === 2 ? '?' : ''));
    const answer = await converse(world, Buffer.concat(texts), 3);
    assert.deepEqual(
      [...answer.matchAll(/x-request-id: (\S+)/gi)].map((found) => found[1]),
      ['n1', 'n2', 'n3'],
    );
  });

  test('a body in many pieces is the one that was sent', async () => {
    const before = await world.fastCount();
    const answer = await converse(world, wire(infer), 1, 40);
    assert.match(answer, /^HTTP\/1\.1 200 /);
    assert.equal(await world.fastCount(), before + 1);
  });

  test('whoever leaves in the middle of a body leaves nothing behind', async () => {
    for (const query of ['', '?']) {
      const socket = connect(Number(new URL(world.sidecar.url).port), '127.0.0.1');
      const left = once(world.sidecar.app.server, 'request') as Promise<[Closing]>;
      socket.write(wire(infer, query).subarray(0, -4));
      const [request] = await left;
      const closed = new Promise<void>((resolve) => request.once('close', resolve));
      socket.destroy();
      await closed;
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(await world.figure('sightline_inference_pending_bytes'), 0);
    }
    await holdTogether(world, infer, 200);
  });
});

test('a body that stands still is cut on every way', async () => {
  await using world = await startWorld();
  await world.send(infer);
  const before = await world.fastCount();
  const part = (query: string) => converse(world, wire(infer, query).subarray(0, -4), 1);
  const answers = (await Promise.all(['', '?'].map(part))).map((answer) =>
    answer.replaceAll(/[0-9a-f]{8}(-[0-9a-f]+){4}/g, 'its id'),
  );
  assert.match(answers[0] ?? '', /^HTTP\/1\.1 408 [^]*REQUEST_TIMEOUT/);
  assert.equal(answers[0], answers[1]);
  assert.equal(await world.fastCount(), before + 1);
});

test('while spans are taken, Fastify takes every request', async () => {
  await using world = await startWorld();
  await world.send(infer);
  await holdTogether(world, infer, 200);
  const before = await world.fastCount();
  trace.setGlobalTracerProvider(new BasicTracerProvider());
  try {
    assert.equal((await world.send(infer)).status, 200);
    assert.equal(await world.fastCount(), before);
  } finally {
    trace.disable();
  }
});

test('a desktop refuses names and pages of the web on every way', async () => {
  await using world = await startWorld({ serviceToken: null, isLocal: true });
  await world.send(infer);
  await holdTogether(world, infer, 200);
  await holdTogether(world, withHeaders({ host: 'rebound.example' }), 403);
  await holdTogether(world, withHeaders({ origin: 'null' }), 403);
  // Before anybody is told whether a token is right.
  await holdTogether(world, withHeaders({ host: 'rebound.example', authorization: 'Bearer guess' }), 403);
});

test('callers are asked for, counted, held to their limits and billed on every way', async () => {
  const limits = { organization: 1_000, key: 3 };
  const of = (credentialId: string) =>
    organization(['inference:use'], {
      organizationId: `01930000-0000-7000-8000-00000000000${credentialId}`,
      credentialId,
      limits,
    });
  await using server = await startCallerServer({
    k1: of('1'),
    k2: of('2'),
    k3: of('3'),
    weak: organization(['sessions:read']),
  });
  const clock = { nowMs: Date.now() };
  await using world = await startWorld({ serverUrl: server.serverUrl }, { now: () => clock.nowMs });
  await world.send(infer);
  const by = (token: string) => withHeaders(bearer(token));
  const others = ['k2', 'k3'].map((key) => ({ headers: by(key).headers ?? {} }));
  await holdTogether(world, by('weak'), 403);
  const before = server.asked.length;
  for (const status of [200, 200, 200, 429, 429]) {
    const { headers } = await holdTogether(world, by('k1'), status, others);
    assert.ok(headers.ratelimit !== undefined && headers['ratelimit-policy'] !== undefined);
  }
  // Each key once.
  assert.equal(server.asked.length - before, 3);
  await server.until(() => server.recorded.size >= 9);
  const records = [...server.recorded.values()].map(({ organizationId, task, model, count }) => ({
    organizationId,
    task,
    model,
    count,
  }));
  const recordsOf = (credentialId: string) =>
    records
      .filter(({ organizationId }) => organizationId.endsWith(credentialId))
      .map(({ organizationId: _whose, ...rest }) => rest);
  assert.equal(recordsOf('1').length, 3);
  assert.deepEqual(recordsOf('2'), recordsOf('1'));
  assert.deepEqual(recordsOf('3'), recordsOf('1'));
});

test('a key that is revoked ends at once without Fastify, too', async () => {
  const tokens: Record<string, unknown> = { key: organization(['inference:use'], { credentialId: 'c1' }) };
  await using server = await startCallerServer(tokens);
  const rateLimits = { organization: null, key: null, local: null };
  await using world = await startWorld({ serverUrl: server.serverUrl, rateLimits });
  await server.followed();
  await world.send(infer);
  await holdTogether(world, withHeaders(bearer('key')), 200);
  tokens['key'] = { active: false };
  server.end('c1');
  while ((await world.send(withHeaders(bearer('key')))).status === 200)
    await new Promise((resolve) => setImmediate(resolve));
  await holdTogether(world, withHeaders(bearer('key')), 401);
});

test('a server that does not say who calls, and room that there is not, are told on every way', async () => {
  await using server = await startCallerServer({ odd: { active: true, organizationId: 7 } });
  await using world = await startWorld({ serverUrl: server.serverUrl, pendingBytesMax: 250 });
  const small = { ...withHeaders({ 'inference-header-content-length': '0' }), body: floats(1, 2) };
  await world.send(small);
  await holdTogether(world, small, 200);
  await holdTogether(world, { ...infer, body: Buffer.alloc(300) }, 503);
  await holdTogether(world, withHeaders(bearer('odd')), 503);
});

test('whoever leaves while its key is asked for leaves nothing behind', async () => {
  await using server = await startCallerServer({ key: organization(), other: organization() });
  await using world = await startWorld({ serverUrl: server.serverUrl });
  await world.send(infer);
  for (const [token, query] of [
    ['key', ''],
    ['other', '?'],
  ] as const) {
    const asked = Promise.withResolvers<void>();
    const told = Promise.withResolvers<void>();
    server.holdAnswers(async () => {
      asked.resolve();
      await told.promise;
    });
    const left = once(world.sidecar.app.server, 'request') as Promise<[Closing]>;
    const socket = connect(Number(new URL(world.sidecar.url).port), '127.0.0.1');
    socket.write(wire(withHeaders(bearer(token)), query).subarray(0, -4));
    const [request] = await left;
    await asked.promise;
    const closed = new Promise<void>((resolve) => request.once('close', resolve));
    socket.destroy();
    await closed;
    const another = world.send(withHeaders(bearer(token)));
    told.resolve();
    await another;
    assert.equal(await world.figure('sightline_inference_pending_bytes'), 0);
  }
});

test('what is under way when the sidecar ends is answered, and its connection told to go', async () => {
  await using server = await startCallerServer({ key: organization() });
  await using world = await startWorld({ serverUrl: server.serverUrl });
  await world.send(infer);
  const asked = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  server.holdAnswers(async () => {
    asked.resolve();
    await told.promise;
  });
  const before = await world.fastCount();
  const answer = world.send(withHeaders(bearer('key')));
  await asked.promise;
  assert.equal(await world.fastCount(), before + 1);
  const closed = world.sidecar[Symbol.asyncDispose]();
  told.resolve();
  const { status, headers } = await answer;
  await closed;
  assert.deepEqual([status, headers.connection], [200, 'close']);
});

function fromNobody({ headers }: Pick<Sent, 'headers'>): Pick<Sent, 'headers'> {
  const { authorization: _whose, ...rest } = headers ?? {};
  return { headers: rest };
}

function binary(json: object, ...parts: (Uint8Array | never[])[]): Pick<Sent, 'headers' | 'body'> {
  const { headers, body } = binaryMessage(json, ...parts.map((part) => Uint8Array.from(part)));
  return { headers: { ...headers, ...bearer(localToken) }, body };
}

/** As it goes over the wire. */
function wire({ path, headers = {}, body = '' }: Sent, query = ''): Buffer {
  const lines = Object.entries({ host: 'localhost', 'content-length': String(body.length), ...headers });
  const head = [
    `POST /v2/models/${path}${query} HTTP/1.1`,
    ...lines.map(([name, value]) => `${name}: ${String(value)}`),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}

/** Writes bytes on a connection of its own, each piece once the one before it is with the system, until as many answers came. */
async function converse(
  { sidecar }: World,
  bytes: Buffer,
  answerCount: number,
  pieceSize = bytes.length,
): Promise<string> {
  const socket = connect(Number(new URL(sidecar.url).port), '127.0.0.1').setNoDelay(true);
  let text = '';
  const answered = new Promise<void>((resolve, reject) => {
    socket.on('error', reject).on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.split('HTTP/1.1 ').length > answerCount) resolve();
    });
  });
  for (let at = 0; at < bytes.length; at += pieceSize) {
    await new Promise((resolve) => socket.write(bytes.subarray(at, at + pieceSize), resolve));
  }
  await answered;
  socket.destroy();
  return text;
}
