import assert from 'node:assert/strict';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { ConfigError, loadConfig } from '@sightline/inference/config';
import { startCallerServer } from './caller-server.ts';
import { twoBlobs } from './pictures.ts';
import { bearer, localToken, refusal, startSidecar } from './sidecar.ts';

const local = { serviceToken: null, isLocal: true };

/** The status of a request with these headers exactly: fetch would not let us lie about the host. */
async function statusOf(url: string, headers: Record<string, string | string[]>, method = 'GET'): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request(url, { method, headers, setHost: false }, resolve).on('error', reject).end();
  const response = await promise;
  response.resume();
  return response.statusCode ?? 0;
}

const paths = [
  '/',
  '/health/live',
  '/health/ready',
  '/metrics',
  '/docs/',
  '/docs/static/swagger-ui.css',
  '/openapi.json',
  '/models',
  '/nowhere',
];

test('on a desktop no page of the web gets an answer, whatever name it calls us by', async (t) => {
  await using sidecar = await startSidecar(local);
  const { port } = new URL(sidecar.url);
  const ours: Record<string, Record<string, string>> = {
    'by address': { host: `127.0.0.1:${port}` },
    'by another address of this machine': { host: `127.0.0.2:${port}` },
    'by name': { host: `localhost:${port}` },
    'in capitals': { host: `LocalHost:${port}` },
    'by IPv6 address': { host: `[::1]:${port}` },
    'without the port': { host: '127.0.0.1' },
    'from a page of this machine': { host: `127.0.0.1:${port}`, origin: 'http://localhost:3000' },
    'from a page of this machine by https': { host: `127.0.0.1:${port}`, origin: 'https://127.0.0.1:8443' },
  };
  const theirs: Record<string, Record<string, string>> = {
    'a name made to resolve here': { host: `evil.example:${port}` },
    'a name that begins like ours': { host: `localhost.evil.example:${port}` },
    'an address that begins like ours': { host: `127.0.0.1.evil.example:${port}` },
    'a name that ends like ours': { host: `evil-localhost:${port}` },
    'our name as a user': { host: `localhost@evil.example:${port}` },
    'their name as a user': { host: `evil.example@localhost:${port}` },
    'our name behind a fragment': { host: `evil.example#localhost` },
    'a name with a dot at its end': { host: `localhost.:${port}` },
    'an address of the network': { host: `192.168.1.5:${port}` },
    'any address': { host: `0.0.0.0:${port}` },
    'no name': { host: '' },
    'no sense': { host: 'a b' },
    'a proxy that says it was us': { host: 'evil.example', 'x-forwarded-host': 'localhost' },
    'a page of the web': { host: `127.0.0.1:${port}`, origin: 'https://evil.example' },
    'a page of the web without https': { host: `127.0.0.1:${port}`, origin: 'http://evil.example' },
    'a page whose name begins like ours': { host: `127.0.0.1:${port}`, origin: 'http://localhost.evil.example' },
    'a sandboxed page or a file': { host: `127.0.0.1:${port}`, origin: 'null' },
    'an empty origin': { host: `127.0.0.1:${port}`, origin: '' },
    'an extension': { host: `127.0.0.1:${port}`, origin: 'chrome-extension://localhost' },
    'a page that hides behind a user': { host: `127.0.0.1:${port}`, origin: 'http://evil.example@localhost' },
  };
  for (const [name, headers] of Object.entries(ours)) {
    await t.test(`${name}: answered`, async () => {
      for (const path of paths) {
        const status = await statusOf(sidecar.url + path, { ...headers, ...bearer(localToken) });
        assert.equal(status, path === '/nowhere' ? 404 : 200, path);
      }
    });
  }
  for (const [name, headers] of Object.entries(theirs)) {
    await t.test(`${name}: refused`, async () => {
      for (const path of paths) {
        const status = await statusOf(sidecar.url + path, { ...headers, ...bearer(localToken) });
        assert.ok(status === 403 || (status === 400 && headers['host'] === ''), `${path}: ${status}`);
      }
      assert.notEqual(await statusOf(`${sidecar.url}/predict`, { ...headers, ...bearer(localToken) }, 'POST'), 200);
      // What a browser asks before it lets a page send a token.
      const asking = { ...headers, 'access-control-request-method': 'POST' };
      assert.ok((await statusOf(`${sidecar.url}/predict`, asking, 'OPTIONS')) >= 400);
    });
  }
});

test('a token in the address is no token', async () => {
  await using sidecar = await startSidecar(local);
  const body = await twoBlobs();
  const { port } = new URL(sidecar.url);
  for (const name of ['token', 'access_token', 'api_key', 'key', 'authorization', 'bearer', 'local_token']) {
    for (const value of [localToken, `Bearer ${localToken}`]) {
      const query = `?${name}=${encodeURIComponent(value)}`;
      const headers = { 'content-type': 'image/png' };
      const response = await fetch(`${sidecar.url}/predict${query}`, { method: 'POST', body, headers });
      assert.equal(await refusal(response), '401 UNAUTHENTICATED');
      assert.equal(await refusal(await fetch(`${sidecar.url}/models${query}`)), '401 UNAUTHENTICATED');
    }
  }
  const basic = `Basic ${Buffer.from(`token:${localToken}`).toString('base64')}`;
  assert.equal(
    await statusOf(`${sidecar.url}/models`, { host: `127.0.0.1:${port}`, authorization: basic }),
    401,
    'what http://token:…@127.0.0.1 becomes',
  );
});

test('a server has whatever name its proxy gives it', async () => {
  await using server = await startCallerServer();
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl });
  for (const path of ['/health/ready', '/docs/', '/metrics']) {
    assert.equal(await statusOf(sidecar.url + path, { host: 'vision.example', origin: 'https://app.example' }), 200);
  }
});

test('with a local token alone it listens on this machine only', () => {
  const problemOf = (env: Record<string, string>) => {
    try {
      return loadConfig(env).host;
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      return error.message.split(':')[0];
    }
  };
  const secret = 'x'.repeat(32);
  for (const HOST of ['0.0.0.0', '::', '192.168.1.5', 'my-machine', '127.0.0.1.evil.example']) {
    assert.equal(problemOf({ HOST }), 'HOST');
    assert.equal(problemOf({ HOST, LOCAL_TOKEN: secret }), 'HOST');
    assert.equal(problemOf({ HOST, SERVICE_TOKEN: secret }), HOST);
    assert.equal(problemOf({ HOST, JWKS_URL: 'https://issuer.example/keys', JWT_ISSUER: 'issuer' }), HOST);
  }
  for (const HOST of ['127.0.0.1', '::1', 'localhost', '127.1.2.3']) assert.equal(problemOf({ HOST }), HOST);
});
