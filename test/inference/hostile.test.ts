import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { closeOf } from '../harness/close-of.ts';
import { deepstackRefusal } from './deepstack.ts';
import { emptyPng } from './hostile-pictures.ts';
import { blob, bytesOf, scene, twoBlobs } from './pictures.ts';
import { bearer, localToken, refusal, startSidecar } from './sidecar.ts';
import type { TestSidecar } from './sidecar.ts';

type Case = {
  name: string;
  expected: string;
  body: () => BodyInit | Promise<BodyInit>;
  headers?: Record<string, string>;
  /** Where DeepStack's dialect, which takes forms alone, answers something else. */
  inDeepstack?: string;
};

const raw = { 'content-type': 'application/octet-stream' };
const json = { 'content-type': 'application/json' };
const text = (content: string) => () => new TextEncoder().encode(content);
const bodyBytesMax = 1_000_000;

const cases: Case[] = [
  { name: 'nothing', expected: '400 IMAGE_MISSING', headers: raw, body: () => new Uint8Array() },
  { name: 'text', expected: '415 IMAGE_TYPE_REFUSED', headers: raw, body: text('hello') },
  {
    name: 'SVG, which can reach for files',
    expected: '415 IMAGE_TYPE_REFUSED',
    headers: { 'content-type': 'image/svg+xml' },
    body: text('<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'),
  },
  { name: 'a PDF', expected: '415 IMAGE_TYPE_REFUSED', headers: raw, body: text('%PDF-1.7\n1 0 obj') },
  {
    name: 'a page behind a GIF header',
    expected: '422 IMAGE_UNREADABLE',
    headers: raw,
    body: text('GIF89a<script>alert(1)</script>'),
  },
  {
    name: 'a JPEG header and nothing else',
    expected: '422 IMAGE_UNREADABLE',
    headers: raw,
    body: () => Uint8Array.of(0xff, 0xd8, 0xff),
  },
  {
    name: 'a JPEG cut in the middle',
    expected: '422 IMAGE_UNREADABLE',
    headers: raw,
    body: async () => half(await photo('jpeg')),
  },
  {
    name: 'a PNG cut in the middle',
    expected: '422 IMAGE_UNREADABLE',
    headers: raw,
    body: async () => half(await photo('png')),
  },
  {
    name: 'a WebP cut in the middle',
    expected: '422 IMAGE_UNREADABLE',
    headers: raw,
    body: async () => half(await photo('webp')),
  },
  {
    name: 'a PNG of 30000 × 30000 pixels',
    expected: '413 IMAGE_TOO_LARGE',
    headers: raw,
    body: () => emptyPng(30_000, 30_000),
  },
  { name: 'a PNG of no pixels', expected: '422 IMAGE_UNREADABLE', headers: raw, body: () => emptyPng(0, 0) },
  {
    name: 'a body over the limit',
    expected: '413 BODY_TOO_LARGE',
    headers: raw,
    body: () => new Uint8Array(2 * bodyBytesMax),
  },
  {
    name: 'raw bytes between the limit and that of base64',
    expected: '413 BODY_TOO_LARGE',
    headers: raw,
    body: () => new Uint8Array(bodyBytesMax + 1),
  },
  {
    name: 'a file over the limit in a form',
    expected: '413 BODY_TOO_LARGE',
    body: () => form(new Uint8Array(bodyBytesMax + 1)),
  },
  { name: 'a form without a file', expected: '400 IMAGE_MISSING', body: () => emptyForm() },
  { name: 'an empty file in a form', expected: '400 IMAGE_MISSING', body: () => form(new Uint8Array()) },
  {
    name: 'two files in a form',
    // The first one answers here; there the whole form is read.
    expected: '415 IMAGE_TYPE_REFUSED',
    inDeepstack: '400 INPUT_INVALID',
    body: () => twoFiles(),
  },
  {
    name: 'a form that ends in the middle',
    expected: '400 BAD_REQUEST',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: text('--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nhalf'),
  },
  {
    name: 'a form without a boundary',
    expected: '400 BAD_REQUEST',
    headers: { 'content-type': 'multipart/form-data' },
    body: text('--x--'),
  },
  { name: 'a thousand fields', expected: '400 INPUT_INVALID', body: () => manyFields(1_000) },
  { name: 'broken JSON', expected: '400 INPUT_INVALID', headers: json, body: text('{"image":') },
  { name: 'empty JSON', expected: '400 INPUT_INVALID', headers: json, body: text('') },
  { name: 'JSON of another shape', expected: '400 INPUT_INVALID', headers: json, body: text('{"image":42}') },
  {
    name: 'JSON with more than it should',
    expected: '400 INPUT_INVALID',
    headers: json,
    body: text('{"image":"AAAA","url":"http://x"}'),
  },
  { name: 'a JSON list', expected: '400 INPUT_INVALID', headers: json, body: text('[]') },
  {
    name: 'a prototype in JSON',
    expected: '400 INPUT_INVALID',
    headers: json,
    body: text('{"__proto__":{"image":"AAAA"}}'),
  },
  { name: 'base64 of nothing', expected: '400 INPUT_INVALID', headers: json, body: text('{"image":""}') },
  { name: 'base64 that is none', expected: '400 IMAGE_MISSING', headers: json, body: text('{"image":"%%%%"}') },
  { name: 'base64 of text', expected: '415 IMAGE_TYPE_REFUSED', headers: json, body: text('{"image":"aGVsbG8="}') },
  {
    name: 'a type that is no picture',
    expected: '415 UNSUPPORTED_MEDIA_TYPE',
    headers: { 'content-type': 'text/plain' },
    body: text('hello'),
  },
  {
    name: 'a compressed body',
    expected: '415 IMAGE_TYPE_REFUSED',
    headers: { ...raw, 'content-encoding': 'gzip' },
    body: async () => new Uint8Array(gzipSync(await photo('png'))),
  },
];

describe('hostile input', () => {
  let sidecar: TestSidecar;
  before(async () => {
    sidecar = await startSidecar({ bodyBytesMax });
  });
  after(() => sidecar[Symbol.asyncDispose]());

  for (const { name, expected, body, headers } of cases) {
    test(`${name}: ${expected}`, async () => {
      assert.equal(await refusal(await sidecar.predict(await body(), headers)), expected);
    });
  }

  for (const { name, expected, inDeepstack, body, headers } of cases) {
    const isForm = headers === undefined || headers['content-type']?.startsWith('multipart/');
    const answer = inDeepstack ?? (headers === raw || isForm ? expected : '415 UNSUPPORTED_MEDIA_TYPE');
    test(`${name}, in DeepStack's dialect: ${answer}`, async () => {
      const content = await body();
      const response = await fetch(`${sidecar.url}/v1/vision/detection`, {
        method: 'POST',
        // What is a picture by itself elsewhere comes in a form here.
        body: headers === raw ? form(content as Uint8Array<ArrayBuffer>, 'image') : content,
        headers: { ...bearer(localToken), ...(headers === raw ? {} : headers) },
      });
      assert.equal(await deepstackRefusal(response), answer);
    });
  }

  test('a stream that never says how long it is ends at the limit', async () => {
    let sentBytes = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sentBytes += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const answer = await fetch(`${sidecar.url}/predict`, {
      method: 'POST',
      headers: { ...bearer(localToken), ...raw },
      body: endless,
      duplex: 'half',
    } as RequestInit).then(refusal, (error: unknown) => String(error));
    // A client that is still sending may lose the answer with the connection; what counts is that it ends.
    assert.match(answer, /413 BODY_TOO_LARGE|fetch failed/);
    assert.ok(sentBytes < 50 * bodyBytesMax);
  });

  test('of an animation of 500 frames only the first is looked at', async () => {
    const frames = await Promise.all(
      Array.from({ length: 500 }, (_, index) =>
        scene([blob(index === 0 ? 'red' : 'blue', 20, 20)], { width: 160, height: 120 })
          .png()
          .toBuffer(),
      ),
    );
    const animation = await bytesOf(sharp(frames, { join: { animated: true } }).gif({ effort: 1 }));
    const { detections } = await sidecar.see(animation);
    assert.deepEqual(
      detections.map(({ label }) => label),
      ['red'],
    );
  });

  test('memory stays bounded and the sidecar well through all of it, many times over', async () => {
    const bodies = await Promise.all(cases.map(async ({ body, headers }) => ({ body: await body(), headers })));
    const round = () =>
      Promise.all(bodies.map(async ({ body, headers }) => (await sidecar.predict(body, headers)).arrayBuffer()));
    for (let count = 0; count < 3; count++) await round();
    const before = process.memoryUsage().rss;
    for (let count = 0; count < 12; count++) await round();
    assert.ok(process.memoryUsage().rss - before < 128 * 1024 * 1024);
    assert.equal((await sidecar.see(await twoBlobs())).detections.length, 2);
  });

  test('an unknown address and a wrong method have codes too', async () => {
    assert.equal(await refusal(await fetch(`${sidecar.url}/nothing?here=1`)), '404 NOT_FOUND');
    assert.equal(await refusal(await fetch(`${sidecar.url}/predict`)), '405 METHOD_NOT_ALLOWED');
    assert.equal(
      await refusal(await fetch(`${sidecar.url}/health/live`, { method: 'DELETE' })),
      '405 METHOD_NOT_ALLOWED',
    );
  });

  test('a socket that does not speak HTTP gets a coded answer and is closed', async () => {
    assert.match(await exchange(sidecar, 'HELO there\r\n\r\n'), /^HTTP\/1\.1 400 [^]*"code":"BAD_REQUEST"/);
    const longHeader = `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(40_000)}\r\n\r\n`;
    assert.match(await exchange(sidecar, longHeader), /^HTTP\/1\.1 431 [^]*"code":"HEADERS_TOO_LARGE"/);
  });

  test('headers that never end are cut off', async () => {
    const { server } = sidecar.app;
    assert.ok(server.headersTimeout > 0 && server.headersTimeout <= 10_000 && server.requestTimeout <= 30_000);
    // The same mechanism, without waiting ten seconds for it.
    const { headersTimeout } = server;
    server.headersTimeout = 50;
    try {
      assert.match(
        await exchange(sidecar, 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: '),
        /^HTTP\/1\.1 408 [^]*"code":"REQUEST_TIMEOUT"/,
      );
    } finally {
      server.headersTimeout = headersTimeout;
    }
  });
});

test('bodies beyond the memory set aside for them are refused before they are read', async () => {
  await using sidecar = await startSidecar({ pendingBytesMax: 100_000, bodyBytesMax: 90_000, blobsDelayMs: 300 });
  const picture = await twoBlobs();
  const padded = new Uint8Array(60_000);
  padded.set(picture);
  const answers = await Promise.all([1, 2, 3].map(() => sidecar.predict(padded, raw)));
  const statuses = answers.map(({ status }) => status).toSorted();
  assert.deepEqual(statuses, [200, 503, 503]);
  const refused = answers.find(({ status }) => status === 503);
  assert.equal(refused?.headers.get('retry-after'), '1');
  assert.ok(refused && (await refusal(refused)) === '503 QUEUE_FULL');
  assert.equal((await sidecar.predict(padded, raw)).status, 200, 'room again once the others are done');
});

/** What comes back on a socket until it is closed. */
async function exchange({ url }: TestSidecar, sent: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let received = '';
  socket.setEncoding('utf8').on('data', (piece: string) => {
    received += piece;
  });
  socket.write(sent);
  await closeOf(socket);
  return received;
}

const half = (bytes: Uint8Array<ArrayBuffer>) => bytes.slice(0, bytes.length / 2);

const photo = (format: 'jpeg' | 'png' | 'webp') => {
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 40 };
  return bytesOf(
    sharp({ create: { width: 200, height: 200, channels: 3, background: '#888', noise } }).toFormat(format),
  );
};

function twoFiles(): FormData {
  const data = new FormData();
  for (const name of ['image', 'other']) data.set(name, new Blob(['hello']), 'picture.png');
  return data;
}

function form(bytes: Uint8Array<ArrayBuffer>, name = 'file'): FormData {
  const data = new FormData();
  data.set(name, new Blob([bytes]), 'picture.png');
  return data;
}

function emptyForm(): FormData {
  const data = new FormData();
  data.set('comment', 'no file');
  return data;
}

function manyFields(count: number): FormData {
  const data = new FormData();
  for (let index = 0; index < count; index++) data.set(`field${index}`, 'x');
  return data;
}
