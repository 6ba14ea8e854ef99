import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { signUp } from '../harness/people.ts';
import type { Person } from '../harness/people.ts';
import { serviceToken, startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { openRaw, rawRequest } from './raw-http.ts';
import { report } from './report.ts';

/** Every kind of answer there is, each as the bytes that lead to it. `$host` becomes where the server listens. */
const kinds: Record<string, { head: string[]; body?: string; status: number }> = {
  'a query': {
    head: ['POST /graphql HTTP/1.1', 'host: $host', 'content-type: application/json', 'content-length: 24'],
    body: '{"query":"{__typename}"}',
    status: 200,
  },
  'a query by GET': { head: ['GET /graphql?query={__typename} HTTP/1.1', 'host: $host'], status: 200 },
  'a document that is none': { head: ['GET /graphql?query={ HTTP/1.1', 'host: $host'], status: 200 },
  'a type nobody takes': { head: ['GET /graphql HTTP/1.1', 'host: $host', 'accept: image/png'], status: 406 },
  'a method that is none of ours': { head: ['DELETE /graphql HTTP/1.1', 'host: $host'], status: 405 },
  'a preflight of the graph': { head: ['OPTIONS /graphql HTTP/1.1', 'host: $host'], status: 204 },
  GraphiQL: { head: ['GET /graphql HTTP/1.1', 'host: $host', 'accept: text/html'], status: 200 },
  'server-sent events': {
    head: ['GET /graphql?query={__typename} HTTP/1.1', 'host: $host', 'accept: text/event-stream'],
    status: 200,
  },
  'a token that is none': {
    head: ['GET /graphql?query={__typename} HTTP/1.1', 'host: $host', 'authorization: Bearer sls_no'],
    status: 401,
  },
  'the first page': { head: ['GET / HTTP/1.1', 'host: $host'], status: 200 },
  metrics: { head: ['GET /metrics HTTP/1.1', 'host: $host'], status: 200 },
  health: { head: ['GET /health/live HTTP/1.1', 'host: $host'], status: 200 },
  'no page': { head: ['GET /no HTTP/1.1', 'host: $host'], status: 404 },
  'no page, with a body': {
    head: ['POST /no HTTP/1.1', 'host: $host', 'content-type: application/json', 'content-length: 2'],
    body: '{}',
    status: 404,
  },
  'an address that is none': { head: ['GET /%zz HTTP/1.1', 'host: $host'], status: 400 },
  'a preflight of a route': { head: ['OPTIONS /files/a HTTP/1.1', 'host: $host'], status: 204 },
  'a link that is none': { head: ['GET /files/a?signature=b HTTP/1.1', 'host: $host'], status: 403 },
  'our own processes only': { head: ['POST /internal/introspect HTTP/1.1', 'host: $host'], status: 401 },
  'JSON that is none': {
    head: [
      'POST /internal/introspect HTTP/1.1',
      'host: $host',
      `authorization: Bearer ${serviceToken}`,
      'content-type: application/json',
      'content-length: 1',
    ],
    body: '{',
    status: 400,
  },
  'no HTTP at all': { head: ['hello'], status: 400 },
  'a head without a host': { head: ['GET / HTTP/1.1'], status: 400 },
  'a head of 40 kB': { head: ['GET / HTTP/1.1', 'host: $host', `x-long: ${'x'.repeat(40_000)}`], status: 431 },
  'two lengths': {
    head: ['POST / HTTP/1.1', 'host: $host', 'content-length: 1', 'content-length: 2'],
    status: 400,
  },
  'a length and chunks': {
    head: ['POST / HTTP/1.1', 'host: $host', 'content-length: 1', 'transfer-encoding: chunked'],
    status: 400,
  },
  'an expectation nobody has': { head: ['GET /no HTTP/1.1', 'host: $host', 'expect: cake'], status: 404 },
  'an upgrade elsewhere': {
    head: ['GET /no HTTP/1.1', 'host: $host', 'connection: upgrade', 'upgrade: websocket'],
    status: 404,
  },
  'an upgrade that is none': {
    head: ['GET /graphql HTTP/1.1', 'host: $host', 'connection: upgrade', 'upgrade: websocket'],
    status: 400,
  },
  'an upgrade of another page': {
    head: [
      'GET /graphql HTTP/1.1',
      'host: $host',
      'connection: upgrade',
      'upgrade: websocket',
      'origin: https://evil.example',
    ],
    status: 403,
  },
};

describe('every answer carries the headers that keep browsers from doing what they should not', () => {
  let plain: TestServer;
  let secure: TestServer;
  const missing: string[] = [];
  before(async () => {
    plain = await startTestServer();
    secure = await startTestServer({ env: { PUBLIC_URL: 'https://sightline.test' } });
  });
  after(async () => {
    report('answers with security headers', {
      tried: Object.keys(kinds).length * 2,
      'headers missing': missing.length,
    });
    await plain[Symbol.asyncDispose]();
    await secure[Symbol.asyncDispose]();
  });

  for (const [name, { head, body, status }] of Object.entries(kinds)) {
    test(name, async () => {
      for (const server of [plain, secure]) {
        const { host } = new URL(server.url);
        const lines = [...head, ...(head.some((line) => line.startsWith('connection')) ? [] : ['connection: close'])];
        const text = lines.join('\r\n').replace('$host', host);
        const answer = await rawRequest(server, text.startsWith('hello') ? 'hello' : text, body);
        assert.equal(answer.status, status, answer.text.slice(0, 2_000));
        const { headers } = answer;
        const needed: Record<string, RegExp> = {
          'x-content-type-options': /^nosniff$/,
          'x-frame-options': /^DENY$/,
          'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/,
          'referrer-policy': /^no-referrer$/,
          'cross-origin-opener-policy': /^same-origin$/,
          'cross-origin-resource-policy': /^same-origin$/,
          'permissions-policy': /camera=\(\)/,
          'cache-control': name === 'GraphiQL' ? /^no-cache$/ : /^no-store$/,
          'x-request-id': /^[\w.-]{1,64}$/,
          ...(server === secure && { 'strict-transport-security': /^max-age=\d{8}/ }),
        };
        const lacking = Object.entries(needed).filter(([key, wanted]) => !wanted.test(headers.get(key) ?? ''));
        missing.push(...lacking.map(([key]) => `${name}: ${key}`));
        assert.deepEqual(
          lacking.map(([key]) => `${key}: ${headers.get(key)}`),
          [],
        );
        // http stays usable where nobody said https; and nobody is told what we are made of.
        if (server === plain) assert.equal(headers.get('strict-transport-security'), undefined);
        for (const banner of ['server', 'x-powered-by', 'via']) assert.equal(headers.get(banner), undefined);
        assert.doesNotMatch(headers.get('content-security-policy') ?? '', /unsafe-eval|\*|https?:/);
        if (status >= 400) assert.match(answer.body, /"code":\s?"[A-Z_]+"/);
      }
    });
  }

  test('so do the stream for our own processes and a WebSocket that was let in', async () => {
    using stream = await openRaw(plain);
    stream.send(`GET /internal/revocations HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${serviceToken}\r\n\r\n`);
    await new Promise<void>((resolve) => stream.socket.once('data', () => resolve()));
    stream.socket.destroy();
    const answer = await stream.answer();
    assert.equal(answer.headers.get('x-frame-options'), 'DENY');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
  });
});

describe('what callers call us is in no link, no redirect and no mail', () => {
  const evil = 'evil.example';
  let server: TestServer;
  let person: Person;
  before(async () => {
    server = await startTestServer();
    person = await signUp(server, 'host');
  });
  after(() => server[Symbol.asyncDispose]());

  const disguises = (host: string): Record<string, string[]> => ({
    'a host': [`host: ${evil}`],
    'a host with a port': [`host: ${evil}:443`],
    'a forwarded host': [`host: ${host}`, `x-forwarded-host: ${evil}`, 'x-forwarded-proto: https'],
    forwarded: [`host: ${host}`, `forwarded: host=${evil};proto=https;for=1.2.3.4`],
    'what some proxies send': [
      `host: ${host}`,
      `x-host: ${evil}`,
      `x-original-host: ${evil}`,
      `x-http-host-override: ${evil}`,
    ],
    'an original address': [`host: ${host}`, `x-original-url: https://${evil}/`, `x-rewrite-url: https://${evil}/`],
  });

  test('a link to upload to begins with where we are, whatever a request says', async () => {
    const { host } = new URL(server.url);
    const body = JSON.stringify({
      query:
        'mutation ($input: CreateUploadInput!) { createUpload(input: $input) { ... on CreateUploadPayload { url } } }',
      variables: { input: { fileName: 'a.jpg', contentType: 'image/jpeg', byteSize: 4 } },
    });
    let tried = 0;
    let taken = 0;
    for (const [name, headers] of Object.entries(disguises(host))) {
      for (const target of ['/graphql', `http://${evil}/graphql`]) {
        const head = [
          `POST ${target} HTTP/1.1`,
          ...headers,
          'content-type: application/json',
          `authorization: Bearer ${person.token}`,
          `content-length: ${Buffer.byteLength(body)}`,
          'connection: close',
        ];
        const answer = await rawRequest(server, head.join('\r\n'), body);
        tried += 1;
        if (answer.text.includes(evil)) taken += 1;
        if (target === '/graphql') assert.match(answer.body, new RegExp(`"url":"${server.url}/files/`), name);
      }
      for (const path of [
        '/',
        '/no',
        '/health/ready',
        '/.well-known/oauth-authorization-server',
        '/files/a',
        '/graphql',
      ]) {
        const head = [`GET ${path} HTTP/1.1`, ...headers, 'accept: text/html', 'connection: close'];
        const answer = await rawRequest(server, head.join('\r\n'));
        tried += 1;
        if (answer.text.includes(evil)) taken += 1;
        assert.ok(!answer.text.includes(evil), `${name} ${path}: ${answer.text.slice(0, 1_000)}`);
      }
    }
    report('Host in links', { tried, taken });
    assert.equal(taken, 0);
  });
});
