import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { occursOn } from '@sightline/inference/error-transports';
import type { ErrorCode } from '@sightline/inference/errors';
import { hostilePictures, unusualPictures } from './hostile-pictures.ts';
import type { HostilePicture } from './hostile-pictures.ts';
import { hostileRequests } from './hostile-requests.ts';
import type { HostileRequest } from './hostile-requests.ts';
import { twoBlobs } from './pictures.ts';
import { startSidecarProcess } from './sidecar-process.ts';
import type { SidecarProcess } from './sidecar-process.ts';
import { bearer, localToken } from './sidecar.ts';

const MiB = 1024 * 1024;
const growthBytesMax = 64 * MiB;
const atOnce = 8;
const raw = { 'content-type': 'application/octet-stream' };

/** Every way in which a picture can come, on every route that takes one. */
const carriers: ((picture: HostilePicture) => HostileRequest)[] = [
  ...['/predict', '/predict/blobs?threshold=0.1', '/analyze/frame?overlay=true', '/redact?labels=red&model=blobs'].map(
    (path) => (picture: HostilePicture) => ({ name: picture.name, path, headers: raw, body: picture.bytes }),
  ),
  ({ name, bytes }) => ({ name, path: '/predict', body: formOf('file', bytes) }),
  ({ name, bytes }) => ({
    ...{ name, path: '/predict', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ image: Buffer.from(bytes).toString('base64') }),
  }),
  ({ name, bytes }) => ({ name, path: '/v1/vision/detection', body: formOf('image', bytes) }),
];

describe('a corpus of hostile input against a running sidecar', () => {
  let sidecar: SidecarProcess;
  let inputCount = 0;
  let baseBytes = 0;
  let peakBytes = 0;
  let sampler: NodeJS.Timeout;
  before(async () => {
    sidecar = await startSidecarProcess({
      ...{ MAX_BODY_BYTES: String(MiB), CACHE_ENTRIES: '0', QUEUE_SIZE: '1000' },
      // The runtime gives its young generation up to 128 MB by how busy it is, whoever sends what: here it is told to stay.
      NODE_OPTIONS: '--max-semi-space-size=8',
    });
    // Code is compiled, and heap and pools take their size, by whatever comes first: what is measured is growth after that.
    const picture = await twoBlobs();
    for (let round = 0; round < 3; round++) {
      await Promise.all(
        Array.from({ length: 50 }, () => send({ name: 'warm-up', path: '/predict', headers: raw, body: picture })),
      );
    }
    const first: HostilePicture[] = [];
    for await (const hostile of hostilePictures()) if (first.push(hostile) === 100) break;
    for (const carry of carriers) await Promise.all(first.map((hostile) => send(carry(hostile))));
    await Promise.all([...hostileRequests()].map(send));
    baseBytes = await sidecar.memoryBytes();
    sampler = setInterval(() => {
      void sidecar.memoryBytes().then((bytes) => {
        peakBytes = Math.max(peakBytes, bytes);
      });
    }, 50);
  });
  after(async () => {
    clearInterval(sampler);
    await sidecar[Symbol.asyncDispose]();
  });

  async function send({ path, headers = {}, body = null, method = 'POST' }: HostileRequest): Promise<Response> {
    const response = await fetch(`${sidecar.url}${path}`, {
      method,
      headers: { ...bearer(localToken), ...headers },
      body,
    });
    return new Response(await response.arrayBuffer(), response);
  }

  /** Sends all of it and collects what was not refused with a code. */
  async function refuseAll(requests: AsyncIterable<HostileRequest> | Iterable<HostileRequest>): Promise<void> {
    const wrong: string[] = [];
    const under = new Set<Promise<void>>();
    for await (const request of requests) {
      inputCount++;
      const sent = send(request)
        .then(async (response) => {
          const problem = await problemWith(request.path, response);
          if (problem) wrong.push(`${request.path} ${request.name}: ${problem}`);
        })
        .finally(() => under.delete(sent));
      under.add(sent);
      if (under.size >= atOnce) await Promise.race(under);
    }
    await Promise.all(under);
    assert.deepEqual(wrong, []);
  }

  for (const carry of carriers) {
    const { path, headers } = carry({ name: '', bytes: new Uint8Array() });
    test(`pictures that are none, to ${path} as ${headers?.['content-type'] ?? 'a form'}`, async () => {
      await refuseAll(
        (async function* () {
          for await (const picture of hostilePictures()) yield carry(picture);
        })(),
      );
    });
  }

  test('requests that are none, on every route', () => refuseAll(hostileRequests()));

  test('a gigabyte without a length, and one that unpacks to one', async () => {
    const announced = await halfSent(sidecar, 'Transfer-Encoding: chunked', 64 * MiB);
    // Who is still sending may lose the answer with the connection; what counts is that it ends.
    assert.match(announced, /^$|^HTTP\/1\.1 413 /);
    inputCount++;
    const bomb = gzipSync(Buffer.alloc(32 * MiB));
    for (const encoding of ['gzip', 'deflate', 'br', 'zstd', 'gzip, gzip']) {
      const headers = { ...raw, 'content-encoding': encoding };
      await refuseAll([{ name: encoding, path: '/predict', headers, body: new Uint8Array(bomb) }]);
    }
  });

  test('odd pictures that are none the worse for it are answered', async () => {
    for (const { name, bytes } of await unusualPictures()) {
      const response = await send({ name, path: '/predict', headers: raw, body: bytes });
      assert.equal(response.status, 200, name);
      const { detections } = (await response.json()) as { detections: { label: string }[] };
      assert.deepEqual(
        detections.map(({ label }) => label),
        ['red'],
        name,
      );
    }
  });

  test('after all of it: more than two thousand inputs, the same process, the same engine, no memory gone', async () => {
    assert.ok(inputCount >= 2_000, `${inputCount} inputs`);
    assert.equal(sidecar.child.exitCode, null);
    const metrics = await (await fetch(`${sidecar.url}/metrics`)).text();
    const lines = metrics.split('\n');
    assert.ok(lines.includes('sightline_inference_engine_restarts_total 0'));
    assert.deepEqual(
      lines.filter((line) => /requests_total\{[^}]*status="5/.test(line) && !line.includes('/health/ready')),
      [],
    );
    assert.equal((await send({ name: 'well', path: '/predict', headers: raw, body: await twoBlobs() })).status, 200);
    const growth = peakBytes - baseBytes;
    assert.ok(growth < growthBytesMax, `grew by ${Math.round(growth / MiB)} MiB at its peak`);
  });
});

/** Null when it is a refusal as it should be, with a code that is declared for the dialect it is told in. */
async function problemWith(path: string, response: Response): Promise<string | null> {
  const text = await response.text();
  if (response.status < 400 || response.status >= 500) return `${response.status} ${text.slice(0, 200)}`;
  const { error, code = (error as { code?: unknown } | undefined)?.code } = JSON.parse(text) as Record<string, unknown>;
  if (typeof code !== 'string' || !Object.hasOwn(occursOn, code)) return `no code: ${text.slice(0, 200)}`;
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  const on = isProblem ? 'sidecar' : path.startsWith('/v2/') ? 'oip' : 'deepstack';
  return occursOn[code as ErrorCode].includes(on) ? null : `${code} on ${on} is not declared: ${text.slice(0, 200)}`;
}

function formOf(name: string, bytes: Uint8Array<ArrayBuffer>): FormData {
  const data = new FormData();
  data.set(name, new Blob([bytes]), 'picture.png');
  return data;
}

/** What comes back to one who sends chunks without end, up to `bytesMax`. */
async function halfSent({ url }: SidecarProcess, header: string, bytesMax: number): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let received = '';
  let isOver = false;
  const over = new Promise<void>((resolve) => {
    const end = () => {
      isOver = true;
      resolve();
    };
    socket.setEncoding('utf8').on('data', (piece: string) => {
      received += piece;
      end();
    });
    socket.on('error', end).on('close', end);
  });
  const head = ['POST /predict HTTP/1.1', 'Host: 127.0.0.1', `Authorization: Bearer ${localToken}`, header];
  socket.write(`${head.join('\r\n')}\r\nContent-Type: application/octet-stream\r\n\r\n`);
  const piece = `10000\r\n${'a'.repeat(65_536)}\r\n`;
  for (let sent = 0; sent < bytesMax && !isOver; sent += 65_536) {
    if (!socket.write(piece)) await Promise.race([over, new Promise((resolve) => socket.once('drain', resolve))]);
  }
  await over;
  socket.destroy();
  return received;
}
