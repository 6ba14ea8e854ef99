import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { builtConsole } from './open-console.ts';

const asBrowser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
let server: TestServer;
before(async () => {
  server = await startTestServer({
    env: { CONSOLE: await builtConsole(), DEMO_LOGIN: 'shown', INFERENCE_PUBLIC_URL: 'http://127.0.0.1:4100' },
  });
});
after(() => server[Symbol.asyncDispose]());

/** As `fetch` would, but with the path and the host as they are given. */
async function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { hostname, port } = new URL(server.url);
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; headers: Headers; text: string }>();
  const asked = request({ hostname, port, path, headers, method }, (answer) => {
    let text = '';
    answer.setEncoding('utf8').on('data', (part: string) => (text += part));
    answer.on('end', () => {
      const given = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]);
      resolve({ status: answer.statusCode ?? 0, headers: new Headers(given), text });
    });
  });
  asked.once('error', reject).end();
  return promise;
}

test('a browser gets the page at / and at addresses of pages, a program what it always got', async () => {
  const page = await ask('/', asBrowser);
  assert.equal(page.status, 200);
  assert.match(page.text, /<div id="root">/);
  assert.equal(page.headers.get('cache-control'), 'private, no-cache');
  for (const path of ['/live', '/sources/abc', '/invitation?x=1'])
    assert.equal((await ask(path, asBrowser)).text, page.text);
  const again = await ask('/live', { ...asBrowser, 'if-none-match': page.headers.get('etag') ?? '' });
  assert.equal(again.status, 304);
  assert.equal((await ask('/', asBrowser, 'HEAD')).status, 200);
  assert.deepEqual(JSON.parse((await ask('/')).text), {
    graphql: '/graphql',
    health: '/health/ready',
    metrics: '/metrics',
  });
});

test('what is no page stays what it is, whoever asks', async () => {
  for (const path of [
    '/files/x',
    '/internal/x',
    '/errors/NOPE',
    '/assets/none.js',
    '/health/nothing',
    '/session/refresh',
  ]) {
    const { status, text } = await ask(path, asBrowser);
    assert.ok(status >= 400, `${path}: ${status}`);
    assert.ok(!text.includes('id="root"'), path);
  }
  assert.equal((await ask('/live')).status, 404);
  assert.equal((await ask('/live', asBrowser, 'POST')).status, 404);
});

test('files have their hash in their name: kept for good, compressed, and nothing beside them is read', async () => {
  const { text } = await ask('/', asBrowser);
  const path = /src="(\/assets\/[^"]+\.js)"/.exec(text)?.[1] ?? '';
  const plain = await ask(path);
  assert.equal(plain.headers.get('content-type'), 'text/javascript; charset=utf-8');
  assert.match(plain.headers.get('cache-control') ?? '', /immutable/);
  assert.equal(plain.headers.get('content-encoding'), null);
  const gzip = await ask(path, { 'accept-encoding': 'gzip' });
  assert.equal(gzip.headers.get('content-encoding'), 'gzip');
  assert.ok(Number(gzip.headers.get('content-length')) < Number(plain.headers.get('content-length')) / 2);
  assert.equal((await ask(path, { 'accept-encoding': 'gzip, br' })).headers.get('content-encoding'), 'br');
  for (const wrong of [
    '/assets/../index.html',
    '/assets/..%2findex.html',
    '/assets/%2e%2e/index.html',
    '/assets/.made-of',
    '/assets/',
    '/.made-of',
    '/assets/..%5cindex.html',
    '/assets/x%00.js',
  ])
    assert.ok((await ask(wrong)).status >= 400, wrong);
});

test('the page may do what it needs and no more', async () => {
  const { headers } = await ask('/live', asBrowser);
  const policy = headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.ok(!/unsafe|\*/.test(policy), policy);
  assert.equal(headers.get('permissions-policy'), 'camera=(self), geolocation=(), microphone=()');
  assert.equal(headers.get('x-frame-options'), 'DENY');
});

test('the demo login is shown to a browser on this machine alone', async () => {
  assert.match((await ask('/', asBrowser)).text, /sightline-demo/);
  assert.ok(!(await ask('/', { ...asBrowser, host: 'sightline.example' })).text.includes('sightline-demo'));
  const byProxy = [
    { 'x-forwarded-for': '203.0.113.7' },
    { 'x-forwarded-for': '127.0.0.1, 203.0.113.7' },
    { 'x-forwarded-host': 'sightline.example' },
    { forwarded: 'for=203.0.113.7' },
    { via: '1.1 somebody' },
    { 'x-real-ip': '203.0.113.7' },
  ];
  for (const headers of byProxy)
    assert.ok(!(await ask('/', { ...asBrowser, ...headers })).text.includes('sightline-demo'), JSON.stringify(headers));
  // Our own balancer says for whom it asks.
  assert.match((await ask('/', { ...asBrowser, 'x-forwarded-for': '127.0.0.1' })).text, /sightline-demo/);
  const { port } = new URL(server.url);
  const old = connect(Number(port), '127.0.0.1');
  old.write(`GET / HTTP/1.0\r\nHost: 127.0.0.1:${port}\r\nAccept: text/html\r\n\r\n`);
  const told = await readText(old);
  assert.match(told, /id="root"/);
  assert.ok(!told.includes('sightline-demo'));
  await using reached = await startTestServer({
    env: { CONSOLE: await builtConsole(), DEMO_LOGIN: 'shown', HOST: '0.0.0.0' },
  });
  const page = await (await fetch(reached.url, { headers: asBrowser })).text();
  assert.match(page, /id="root"/);
  assert.ok(!page.includes('sightline-demo'));
});

test('a host that looks like this machine and is no address is no error of ours', async () => {
  for (const host of ['127.0.0.999', 'localhost:99999'])
    assert.equal((await ask('/', { ...asBrowser, host })).status, 200);
});

test('where it is not built, the page says how to; where it is off, there is none', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'sightline-no-console-'));
  await using unbuilt = await startTestServer({ env: { CONSOLE: empty } });
  assert.match(await (await fetch(unbuilt.url, { headers: asBrowser })).text(), /npm run build/);
  await rm(empty, { recursive: true });
  await using off = await startTestServer({ env: { CONSOLE: 'off' } });
  assert.deepEqual(Object.keys((await (await fetch(off.url, { headers: asBrowser })).json()) as object)[0], 'graphql');
  assert.equal((await fetch(`${off.url}/live`, { headers: asBrowser })).status, 404);
});
