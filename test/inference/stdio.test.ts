import assert from 'node:assert/strict';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { request } from 'node:http';
import { PassThrough } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { encodeFrame, readFrames } from '@sightline/inference/stdio/frames';
import { serveFrames } from '@sightline/inference/stdio/serve-frames';
import { until } from '../harness/until.ts';
import { blob, bytesOf, scene, twoBlobs } from './pictures.ts';
import { bearer, localToken, startSidecar } from './sidecar.ts';
import type { TestSidecar } from './sidecar.ts';
import { startPiped } from './stdio.ts';
import { writeTaskModels } from './task-models.ts';

const bodyBytesMax = 40_000;
type Asked = {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: Uint8Array<ArrayBuffer> | undefined;
};

/** Both ends of a pipe to a sidecar in this process. */
function pipeTo({ app }: TestSidecar, drainMsMax?: number) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const how = { bodyBytesMax, pendingBytesMax: 10 * bodyBytesMax, localToken };
  const ended = serveFrames({ app, input, output, ...how, ...(drainMsMax !== undefined && { drainMsMax }) });
  const frames = readFrames(output, 1_000_000);
  return {
    input,
    output,
    ended,
    write(header: object, body: Uint8Array = new Uint8Array()) {
      for (const piece of encodeFrame(header, body)) input.write(piece);
    },
    async next() {
      const { value, done } = await frames.next();
      return done ? null : value;
    },
  };
}

describe('the same over HTTP and over a pipe', () => {
  let sidecar: TestSidecar;
  let picture: Uint8Array<ArrayBuffer>;
  before(async () => {
    // Nothing is remembered, or the second answer would be another.
    sidecar = await startSidecar({
      serviceToken: null,
      isLocal: true,
      bodyBytesMax,
      cacheEntriesMax: 0,
      imagePixelsMax: 200_000,
    });
    await writeTaskModels(sidecar.folder);
    for (const model of ['colours', 'sums']) {
      await fetch(`${sidecar.url}/v2/repository/models/${model}/load`, { method: 'POST', headers: bearer(localToken) });
    }
    picture = await twoBlobs();
  });
  after(() => sidecar[Symbol.asyncDispose]());

  const json = { 'content-type': 'application/json' };
  const png = { 'content-type': 'image/png' };
  const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const asked: Record<string, () => Asked | Promise<Asked>> = {
    'a prediction': () => ({ path: '/predict', headers: png, body: picture }),
    'of a named model': () => ({ path: '/predict/blobs', headers: png, body: picture }),
    'with options': () => ({ path: '/predict?labels=red&max=1&threshold=0.2', headers: png, body: picture }),
    'in JSON': () => ({
      path: '/predict',
      headers: json,
      body: text({ image: Buffer.from(picture).toString('base64') }),
    }),
    'an analysis with its picture': () => ({ path: '/analyze/frame?overlay=true', headers: png, body: picture }),
    'a redaction': () => ({ path: '/redact?model=blobs&style=box', headers: png, body: picture }),
    'a class': () => ({ path: '/predict/colours', headers: png, body: picture }),
    texts: () => ({ path: '/embed', headers: json, body: text({ texts: ['red', 'blue'], model: 'sums' }) }),
    'the models': () => ({ method: 'GET', path: '/models' }),
    'the health': () => ({ method: 'GET', path: '/health/live' }),
    'what there is': () => ({ method: 'GET', path: '/' }),
    'the document': () => ({ method: 'GET', path: '/openapi.json' }),
    'the head of it': () => ({ method: 'HEAD', path: '/openapi.json' }),
    'texts, refused': () => ({ path: '/embed', headers: json, body: text({ texts: [] }) }),
    'texts of a model that is not there': () => ({
      path: '/embed',
      headers: json,
      body: text({ texts: ['a'], model: 'absent' }),
    }),
    'a model that is not there': () => ({ path: '/predict/absent', headers: png, body: picture }),
    'no picture': () => ({ path: '/predict', headers: png, body: new Uint8Array([1, 2, 3, 4]) }),
    'half a picture': () => ({
      path: '/redact?model=blobs',
      headers: png,
      body: picture.slice(0, picture.length >> 1),
    }),
    'too large a picture': async () => ({
      path: '/predict',
      headers: png,
      body: await bytesOf(scene([], { width: 700, height: 700 }).png()),
    }),
    'too large a body': () => ({ path: '/predict', headers: png, body: new Uint8Array(2 * bodyBytesMax) }),
    'a type that is not taken': () => ({ path: '/predict', headers: { 'content-type': 'text/html' }, body: picture }),
    'an option without sense': () => ({ path: '/predict?threshold=7', headers: png, body: picture }),
    'in Spanish': () => ({ path: '/predict?threshold=7', headers: { ...png, 'accept-language': 'es' }, body: picture }),
    'with a wrong method': () => ({ method: 'GET', path: '/predict' }),
    nowhere: () => ({ method: 'GET', path: '/nowhere' }),
    'with a wrong token': () => ({ path: '/predict', headers: { ...png, ...bearer('guessed') }, body: picture }),
    'by a name of the web': () => ({ method: 'GET', path: '/models', headers: { host: 'evil.example' } }),
    'a dialect': () => ({ method: 'GET', path: '/v2/models/blobs' }),
  };
  /** Ids, times, and what is of a connection. */
  const alike = (headers: Record<string, unknown>, body: Uint8Array) => {
    const {
      'x-request-id': id,
      date: _date,
      connection: _connection,
      'keep-alive': _alive,
      'transfer-encoding': _coding,
      ...rest
    } = headers;
    const told = Buffer.from(body).toString('latin1').replaceAll(String(id), 'the id');
    const { 'content-length': length, ...named } = rest;
    const timed = /"\w+Ms":[\d.]+/.test(told);
    // A time has as many digits as it has.
    return {
      headers: Object.fromEntries(
        Object.entries(timed ? named : { ...named, length }).map(([name, value]) => [name, String(value)]),
      ),
      body: told.replaceAll(/"(\w+Ms)":[\d.]+/g, '"$1":0'),
    };
  };

  for (const [name, make] of Object.entries(asked)) {
    test(name, async () => {
      const { method = 'POST', path, headers = {}, body } = await make();
      const over = pipeTo(sidecar);
      over.write({ id: name, method, path, headers }, body);
      const piped = await over.next();
      over.input.end();
      assert.equal(await over.ended, 0);
      const given = { ...bearer(localToken), ...headers };
      const http = await rawly(sidecar.url, { method, path, headers: given, body });
      assert.equal(piped?.header['id'], name);
      assert.equal(piped?.header['status'], http.status);
      const answered = piped?.header['headers'] as Record<string, unknown>;
      assert.deepEqual(alike(answered, piped!.body), alike(http.headers, http.body));
    });
  }

  test('sixty-five at once are all answered, one after another or not, and each by its id', async () => {
    const over = pipeTo(sidecar);
    const ids = Array.from({ length: 130 }, (_, index) => index);
    for (const id of ids) over.write({ id, method: 'GET', path: `/errors/NOTHING${id}`, headers: {} });
    const seen = [];
    for (const _id of ids) seen.push((await over.next())?.header['id']);
    assert.deepEqual(
      seen.toSorted((a, b) => Number(a) - Number(b)),
      ids,
    );
    over.input.end();
    assert.equal(await over.ended, 0);
  });

  test('a request that is given up is not answered', async () => {
    await using slow = await startSidecar({ blobsDelayMs: 300, cacheEntriesMax: 0 });
    const over = pipeTo(slow);
    const predict = { id: 'a', method: 'POST', path: '/predict', headers: png };
    over.write(predict, picture);
    over.write({ id: 'a', cancel: true });
    over.write({ id: 'nobody', cancel: true });
    over.write({ id: 'b', method: 'GET', path: '/health/live' });
    assert.equal((await over.next())?.header['id'], 'b');
    over.input.end();
    assert.equal(await over.ended, 0);
  });

  test('as many as go at once are all given up, and the next one is answered', async () => {
    await using slow = await startSidecar({ blobsDelayMs: 600, cacheEntriesMax: 0 });
    const over = pipeTo(slow);
    const ids = Array.from({ length: 64 }, (_, index) => index);
    const pictures = await Promise.all(ids.slice(0, 8).map((id) => bytesOf(scene([blob('red', id, id)]).png())));
    for (const id of ids) over.write({ id, method: 'POST', path: '/predict', headers: png }, pictures[id % 8]);
    for (const id of ids) over.write({ id, cancel: true });
    over.write({ id: 'b', method: 'GET', path: '/health/live' });
    assert.equal((await over.next())?.header['id'], 'b');
    over.input.end();
    assert.equal(await over.ended, 0);
  });

  test('pieces of one byte make the same frames', async () => {
    const over = pipeTo(sidecar);
    const frame = Buffer.concat(encodeFrame({ id: 1, method: 'POST', path: '/predict', headers: png }, picture));
    for (const byte of frame) over.input.write(Buffer.from([byte]));
    assert.equal((await over.next())?.header['status'], 200);
    over.input.end();
    assert.equal(await over.ended, 0);
  });

  const prefix = (headerBytes: number, bodyBytes: number) => {
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE(headerBytes, 0);
    lengths.writeUInt32BE(bodyBytes, 4);
    return lengths;
  };
  const framed = (header: string) => Buffer.concat([prefix(Buffer.byteLength(header), 0), Buffer.from(header)]);
  const wrong: Record<string, Uint8Array> = {
    'a header of all bytes that there are': prefix(0xffff_ffff, 0),
    'a body of all bytes that there are': Buffer.concat([prefix(2, 0xffff_ffff), Buffer.from('{}')]),
    'a header without a byte': prefix(0, 0),
    'a header that is a little too long': prefix(64 * 1024 + 1, 0),
    HTTP: Buffer.from('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'),
    zeros: Buffer.alloc(100),
    'no JSON': framed('{"id":'),
    'a list': framed('[1]'),
    null: framed('null'),
    'no id': framed('{"method":"GET","path":"/models"}'),
    'no path': framed('{"id":1,"method":"GET"}'),
    'a path that is an address': framed('{"id":1,"method":"GET","path":"http://evil.example/"}'),
    'a path with a line in it': framed(String.raw`{"id":1,"method":"GET","path":"/models\r\nx: y"}`),
    'a method with a line in it': framed(String.raw`{"id":1,"method":"GET\r\n","path":"/models"}`),
    'a header with a line in it': framed(
      String.raw`{"id":1,"method":"GET","path":"/models","headers":{"x":"a\r\nb: c"}}`,
    ),
    'a header that is a number': framed('{"id":1,"method":"GET","path":"/models","headers":{"x":1}}'),
    'an id that is an object': framed('{"id":{},"method":"GET","path":"/models"}'),
    'a frame that breaks off': Buffer.concat(
      encodeFrame({ id: 1, method: 'GET', path: '/models' }, new Uint8Array(100)),
    ).subarray(0, 40),
  };

  for (const [name, bytes] of Object.entries(wrong)) {
    test(`${name}: what is under way is answered, then why it ends, and it is over`, async () => {
      const over = pipeTo(sidecar);
      over.write({ id: 'before', method: 'POST', path: '/predict', headers: png }, picture);
      over.input.end(bytes);
      const first = await over.next();
      assert.deepEqual([first?.header['id'], first?.header['status']], ['before', 200]);
      const last = await over.next();
      assert.deepEqual([last?.header['id'], last?.header['status']], [null, 400]);
      const { error } = JSON.parse(String(last?.body));
      assert.equal(error.code, 'FRAME_INVALID');
      assert.equal(await over.ended, 65);
    });
  }

  test('two requests of one id are a mistake', async () => {
    const over = pipeTo(sidecar);
    for (let time = 0; time < 2; time += 1)
      over.write({ id: 1, method: 'POST', path: '/predict', headers: png }, picture);
    assert.equal((await over.next())?.header['status'], 200);
    assert.match(String((await over.next())?.body), /FRAME_INVALID/);
    assert.equal(await over.ended, 65);
  });

  test('what is never answered is given up once the input has ended', async () => {
    const given = new AbortController();
    const stuck = { url: '/stuck', method: 'GET' };
    const app = {
      log: sidecar.app.log,
      // A route that never ends, whatever it is told.
      inject: (called: { url: string; signal: AbortSignal }) => {
        if (called.url !== stuck.url) return sidecar.app.inject(called as never);
        called.signal.addEventListener('abort', () => given.abort());
        return new Promise(() => {});
      },
    };
    const over = pipeTo({ app } as unknown as TestSidecar, 10);
    over.write({ id: 1, method: 'GET', path: stuck.url });
    over.write({ id: 2, method: 'POST', path: '/predict', headers: png }, picture);
    assert.equal((await over.next())?.header['id'], 2);
    over.input.end();
    assert.equal(await over.ended, 0);
    assert.ok(given.signal.aborted);
  });

  test('a reader that goes away ends it without a word', async () => {
    const over = pipeTo(sidecar);
    over.write({ id: 1, method: 'POST', path: '/predict', headers: png }, picture);
    over.output.destroy();
    assert.equal(await over.ended, 0);
  });
});

/** As `fetch`, but for what it would not let us say. */
async function rawly(
  url: string,
  { method, path, headers, body }: Required<Pick<Asked, 'method' | 'path' | 'headers'>> & Pick<Asked, 'body'>,
) {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    headers: Record<string, unknown>;
    body: Buffer;
  }>();
  const { port } = new URL(url);
  const asking = request(
    {
      port,
      host: '127.0.0.1',
      method,
      path,
      headers: { host: 'localhost', ...headers, ...(body && { 'content-length': body.length }) },
      setHost: false,
    },
    async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
    },
  );
  asking.on('error', reject).end(body);
  return promise;
}

test('a process: frames alone on standard output, no port, and over with its pipe', async () => {
  await using sidecar = await startPiped();
  const picture = await twoBlobs();
  let status: unknown;
  await until(async () => {
    sidecar.write({ id: 1, method: 'POST', path: '/predict', headers: { 'content-type': 'image/png' } }, picture);
    status = (await sidecar.next())?.header['status'];
    return status === 200;
  });
  assert.deepEqual(listeningOf(sidecar.child.pid!), []);
  assert.match(sidecar.log(), /"model ready"/);
  sidecar.child.stdin.end();
  assert.equal(await sidecar.next(), null);
  assert.deepEqual(await sidecar.exited, [0, null]);
});

test('what opens the sidecar is not passed on to what it starts', async () => {
  const secrets = { LOCAL_TOKEN: 'l'.repeat(40), SERVICE_TOKEN: 's'.repeat(40), REMOTE_ONE: 'r'.repeat(40) };
  await using sidecar = await startPiped({ ...secrets, ENGINE_ISOLATION: 'processes' });
  // Until it is another program, a child shows what its parent was given: what is passed on would stay there.
  await until(() => {
    const environments = environmentsBelow(sidecar.child.pid!);
    const isToldSecrets = environments.some((text) => Object.values(secrets).some((secret) => text.includes(secret)));
    return environments.some((text) => text.includes('MODEL=blobs')) && !isToldSecrets;
  });
});

test('a process that is told a wrong length says so and exits with 65', async () => {
  await using sidecar = await startPiped();
  sidecar.child.stdin.write(Buffer.alloc(8, 0xff));
  const last = await sidecar.next();
  assert.equal(last?.header['id'], null);
  assert.match(String(last?.body), /"FRAME_INVALID"/);
  assert.equal(await sidecar.next(), null);
  assert.deepEqual(await sidecar.exited, [65, null]);
});

test('for a local token alone no process listens to the network', async () => {
  await using sidecar = await startPiped({ HOST: '0.0.0.0' });
  assert.deepEqual(await sidecar.exited, [1, null]);
  assert.match(sidecar.log(), /HOST: must be this machine/);
});

/** Sockets of a process that others could connect to. */
function listeningOf(pid: number): string[] {
  const inodes = readdirSync(`/proc/${pid}/fd`).flatMap(
    (fd) => /socket:\[(\d+)\]/.exec(link(`/proc/${pid}/fd/${fd}`))?.[1] ?? [],
  );
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .filter((line) => line.trim().split(/\s+/)[3] === '0A' && inodes.includes(line.trim().split(/\s+/)[9] ?? '')),
  );
}

/** What the children of a process were started with. */
function environmentsBelow(pid: number): string[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children.split(' ').flatMap((child) => {
    try {
      return child === '' ? [] : [readFileSync(`/proc/${child}/environ`, 'utf8')];
    } catch {
      return [];
    }
  });
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
