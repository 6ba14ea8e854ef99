import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DomainError } from '@sightline/server/errors/domain-error';
import { isPublicAddress } from '@sightline/server/infra/safe-fetch/public-address';
import { createSafeFetch } from '@sightline/server/infra/safe-fetch/safe-fetch';
import { report } from './report.ts';
import { hostileNames, literalVectors } from './ssrf-vectors.ts';

/** The machine everybody wants to reach. It only counts: nothing may arrive. */
let canary: Awaited<ReturnType<typeof listen>>;
let hits = 0;
let tried = 0;
let reached = 0;

before(async () => {
  canary = await listen((_request, response) => {
    hits += 1;
    response.end('canary');
  });
});
after(async () => {
  report('SSRF vectors', { tried, 'canary hits': hits, 'let through': reached });
  await canary[Symbol.asyncDispose]();
});

const here = [{ address: '127.0.0.1', family: 4 as const }];

/** The code of a refusal; fails when there was an answer. Counts as one vector. */
async function refusal(call: Promise<unknown>, about: string): Promise<string> {
  tried += 1;
  const outcome = await call.then(
    () => null,
    (error: unknown) => error,
  );
  if (outcome === null) reached += 1;
  assert.ok(outcome instanceof DomainError, `${about}: ${String(outcome)}`);
  return outcome.code;
}

describe('addresses that people could mean this machine with', () => {
  const safeFetch = createSafeFetch({ allowedHosts: [] });

  for (const vector of literalVectors) {
    test(JSON.stringify(vector), async () => {
      const code = await refusal(safeFetch(vector.replaceAll('PORT', String(canary.port))), vector);
      assert.equal(code, 'URL_REFUSED');
      assert.equal(hits, 0);
    });
  }
  for (const [how, addresses] of Object.entries(hostileNames)) {
    test(`a name that ${how}`, async () => {
      const resolve = async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      const named = createSafeFetch({ allowedHosts: [], resolve });
      const code = await refusal(named(`http://name.test:${canary.port}/`), how);
      assert.equal(code, addresses.length === 0 ? 'SERVICE_UNAVAILABLE' : 'URL_REFUSED');
      assert.equal(hits, 0);
    });
  }

  test('there are at least 60 of them', () => assert.ok(literalVectors.length >= 60, String(literalVectors.length)));
});

test('what everybody can reach is public, and its neighbours are not', () => {
  for (const address of ['1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '172.32.0.0'])
    assert.ok(isPublicAddress(address), address);
  for (const address of ['2606:4700::1111', '2a00:1450::1', '2003::1']) assert.ok(isPublicAddress(address), address);
  for (const address of ['172.16.0.0', '100.127.255.255', '1fff::1', '4000::1', '::', 'localhost', ''])
    assert.ok(!isPublicAddress(address), address);
});

test('a name that changes its mind is asked once, and what it said then is what is called', async () => {
  // First somebody's good server, then this machine. Both answer here; only the first may be connected to.
  await using good = await listen((_request, response) => void response.end('good'), '127.0.0.7');
  let asked = 0;
  const safeFetch = createSafeFetch({
    // Only so that an address of this machine can stand for a public one; what is tested is that nobody asks again.
    allowedHosts: [`rebinding.test:${good.port}`],
    resolve: async () => [{ address: (asked += 1) === 1 ? '127.0.0.7' : '127.0.0.1', family: 4 }],
  });
  const { body } = await safeFetch(`http://rebinding.test:${good.port}/`);
  assert.equal(Buffer.from(body).toString(), 'good');
  assert.equal(asked, 1);
  // Each redirect asks again, and what it is told then is judged again.
  const twice = createSafeFetch({
    allowedHosts: [`first.test:${good.port}`],
    resolve: async () => here,
  });
  const code = await refusal(
    twice(`http://first.test:${good.port}/`.replace('first', 'second')),
    'a second name of the same machine',
  );
  assert.equal(code, 'URL_REFUSED');
  tried += 1;
  assert.equal(hits, 0);
});

describe('redirects', () => {
  const chains: [name: string, locations: string[]][] = [
    ['to loopback', ['http://127.0.0.1:PORT/']],
    ['to loopback as a number', ['http://2130706433:PORT/']],
    ['to loopback in IPv6', ['http://[::1]:PORT/']],
    ['to loopback in mapped IPv6', ['http://[::ffff:127.0.0.1]:PORT/']],
    ['to localhost', ['http://localhost:PORT/']],
    ['without a scheme', ['//127.0.0.1:PORT/']],
    ['to metadata', ['http://169.254.169.254/latest/']],
    ['to a file', ['file:///etc/passwd']],
    ['with a user name', ['http://public.test@127.0.0.1:PORT/']],
    ['to a name of this machine', ['http://private.test:PORT/']],
    ['on the second step', ['/again', 'http://127.0.0.1:PORT/']],
    ['on the third step', ['/again', '?more', 'http://private.test:PORT/']],
    ['that never end', ['/', '/', '/', '/', '/', '/', '/']],
    ['to no address', ['http://[']],
  ];
  for (const [name, locations] of chains) {
    test(name, async () => {
      const left = [...locations];
      await using hop = await listen((_request, response) => {
        const location = left.shift()?.replace('PORT', String(canary.port));
        response.writeHead(302, location === undefined ? {} : { location }).end();
      });
      const safeFetch = createSafeFetch({
        allowedHosts: [`public.test:${hop.port}`],
        resolve: async () => here,
      });
      const code = await refusal(safeFetch(`http://public.test:${hop.port}/`, { maxRedirects: 5 }), name);
      assert.equal(code, 'URL_REFUSED');
      assert.equal(hits, 0);
    });
  }

  test('are not followed unless asked for', async () => {
    await using hop = await listen((_request, response) => void response.writeHead(302, { location: '/b' }).end());
    const safeFetch = createSafeFetch({ allowedHosts: [`127.0.0.1:${hop.port}`] });
    assert.equal(await refusal(safeFetch(hop.url), 'a redirect'), 'URL_REFUSED');
    assert.equal(hop.requests.length, 1);
  });

  test('take no secret and no body to another host, and both to another page of the same', async () => {
    await using other = await listen((_request, response) => void response.end('other'));
    await using hop = await listen((request, response) => {
      const [, status = '302', where] = (request.url ?? '').split('/');
      const location = where === 'other' ? `${other.url}/end` : '/200/end';
      if (status === '200') response.end('same');
      else response.writeHead(Number(status), { location }).end();
    });
    const safeFetch = createSafeFetch({ allowedHosts: [`127.0.0.1:${hop.port}`, `127.0.0.1:${other.port}`] });
    const secret = { authorization: 'Bearer secret', cookie: 'a=secret', 'x-plain': 'plain' };

    await safeFetch(`${hop.url}/302/other`, { headers: secret, maxRedirects: 1 });
    const [{ headers } = { headers: {} as IncomingMessage['headers'] }] = other.requests;
    assert.deepEqual([headers.authorization, headers.cookie, headers['x-plain']], [undefined, undefined, 'plain']);

    await safeFetch(`${hop.url}/302/same`, { headers: secret, maxRedirects: 1 });
    assert.equal(hop.requests.at(-1)!.headers.authorization, 'Bearer secret');

    const post = { method: 'POST', body: 'client_secret=secret', maxRedirects: 1 } as const;
    assert.equal(await refusal(safeFetch(`${hop.url}/307/other`, post), 'a body for another host'), 'URL_REFUSED');
    assert.equal(other.requests.length, 1);
    await safeFetch(`${hop.url}/303/other`, post);
    assert.equal(other.requests.at(-1)!.method, 'GET');
    await safeFetch(`${hop.url}/308/same`, post);
    assert.equal(hop.requests.at(-1)!.method, 'POST');
  });
});

describe('answers that do not end', () => {
  const cases: { name: string; code: string; listener: RequestListener }[] = [
    { name: 'a body of too many bytes', code: 'BODY_TOO_LARGE', listener: (_q, r) => void r.end('x'.repeat(70_000)) },
    {
      name: 'a body that is small on the way and large when unpacked',
      code: 'BODY_TOO_LARGE',
      listener: (_q, r) =>
        void r.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000))),
    },
    { name: 'no answer', code: 'DEADLINE_EXCEEDED', listener: () => undefined },
    { name: 'a body that stops', code: 'DEADLINE_EXCEEDED', listener: (_q, r) => void r.write('x') },
    {
      name: 'a redirect whose body never ends',
      code: 'URL_REFUSED',
      listener: (_q, r) => void r.writeHead(302, { location: 'http://127.0.0.1/' }).write('x'),
    },
    {
      name: 'a head of 100 kB',
      code: 'SERVICE_UNAVAILABLE',
      listener: (_q, r) => void r.writeHead(200, { 'x-long': 'x'.repeat(100_000) }).end(),
    },
    { name: 'a connection that is cut', code: 'SERVICE_UNAVAILABLE', listener: (q) => void q.socket.destroy() },
  ];
  for (const { name, code, listener } of cases) {
    test(name, async () => {
      await using slow = await listen(listener);
      const safeFetch = createSafeFetch({ allowedHosts: [`127.0.0.1:${slow.port}`] });
      const request = { maxBytes: 64_000, timeoutMs: code === 'DEADLINE_EXCEEDED' ? 150 : 20_000, maxRedirects: 1 };
      assert.equal(await refusal(safeFetch(slow.url, request), name), code);
    });
  }

  test('a resolver that never answers', async () => {
    const never = createSafeFetch({ allowedHosts: [], resolve: () => new Promise(() => undefined) });
    assert.equal(await refusal(never('http://never.test/', { timeoutMs: 50 }), 'a resolver'), 'DEADLINE_EXCEEDED');
  });

  test('and callers who give up themselves hear their own reason', async () => {
    await using slow = await listen(() => undefined);
    const safeFetch = createSafeFetch({ allowedHosts: [`127.0.0.1:${slow.port}`] });
    const mine = new AbortController();
    const call = safeFetch(slow.url, { signal: mine.signal });
    mine.abort(new Error('mine'));
    await assert.rejects(call, /mine/);
  });
});

async function listen(listener: RequestListener, host = '127.0.0.1') {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    request.resume();
    listener(request, response);
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    requests,
    url: `http://${host}:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
