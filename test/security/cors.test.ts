import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ConfigError, loadConfig } from '@sightline/server/config';
import { openSocket } from '../contract/raw-socket.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { report } from './report.ts';

const friend = 'https://app.friend.example';
/** Looks like the friend, or like nobody. */
const strangers = [
  'https://evil.example',
  'null',
  'http://app.friend.example',
  'https://app.friend.example:8443',
  'https://app.friend.example.evil.example',
  'https://evilapp.friend.example',
  'https://APP.friend.example',
  'https://app.friend.example/',
  'https://friend.example',
  'https://sub.app.friend.example',
  'https://app.friend.example, https://evil.example',
  'file://',
  'chrome-extension://abcdef',
  '*',
  'x',
];
const paths = ['/graphql', '/', '/files/a', '/no', '/metrics', '/health/live', '/internal/introspect', '/session'];
const ours = ['/metrics', '/health/live', '/internal/introspect'];

describe('pages of other origins', () => {
  let server: TestServer;
  let tried = 0;
  let readable = 0;
  before(async () => {
    server = await startTestServer({ env: { CORS_ORIGINS: `${friend},https://second.example` } });
  });
  after(async () => {
    report('foreign origins', { tried, 'let in': readable });
    await server[Symbol.asyncDispose]();
  });

  test('read nothing, whatever they ask and however they are written', async () => {
    for (const origin of strangers) {
      for (const path of paths) {
        for (const method of ['GET', 'POST', 'OPTIONS']) {
          const asked = { origin, 'access-control-request-method': 'POST' };
          const { headers } = await fetch(`${server.url}${path}`, { method, headers: asked });
          tried += 1;
          const told = [...headers].filter(([name]) => name.startsWith('access-control-'));
          if (told.length > 0) readable += 1;
          assert.deepEqual(told, [], `${method} ${path} for ${origin}`);
          // Or a cache between us could give the friend's answer to a stranger.
          const varies = headers.get('vary')?.split(', ') ?? [];
          if (!ours.includes(path)) assert.ok(varies.includes('origin'), `${method} ${path}`);
        }
      }
    }
  });

  test('read everything that is for people if they are on the list, with their cookies, one by one', async () => {
    for (const path of paths) {
      const { headers } = await fetch(`${server.url}${path}`, {
        method: 'OPTIONS',
        headers: { origin: friend, 'access-control-request-method': 'POST' },
      });
      const isOurs = ours.includes(path);
      assert.equal(headers.get('access-control-allow-origin'), isOurs ? null : friend, path);
      assert.equal(headers.get('access-control-allow-credentials'), isOurs ? null : 'true', path);
      if (!isOurs) assert.match(headers.get('access-control-allow-headers') ?? '', /x-csrf-token/);
      assert.doesNotMatch([...headers].join('\n'), /\*/);
    }
  });

  test('open no WebSocket; our own and those on the list do', async () => {
    const wsUrl = `${server.url.replace('http', 'ws')}/graphql`;
    const { host, port } = new URL(server.url);
    const named = { host: `rebound.example:${port}`, origin: `http://rebound.example:${port}` };
    for (const headers of [...strangers.map((origin) => ({ origin })), named]) {
      await using socket = await openSocket(wsUrl, { headers });
      tried += 1;
      const outcome = await Promise.race([socket.closed, socket.upgraded.then(() => null)]);
      if (outcome === null) readable += 1;
      assert.equal(outcome?.code, 1006, headers.origin);
    }
    for (const origin of [friend, 'https://second.example', `http://${host}`, undefined]) {
      await using socket = await openSocket(wsUrl, { headers: origin === undefined ? {} : { origin } });
      assert.equal(((await socket.init()) as { type: string }).type, 'connection_ack', origin);
    }
  });
});

test('a list that would let everybody in is refused when the server starts', () => {
  const env = {
    DATABASE_URL: 'postgres://a@b/c',
    SERVICE_TOKEN: 'x'.repeat(32),
    SIGNING_KEY: 'x'.repeat(32),
  };
  for (const list of [
    '*',
    'null',
    'https://*.example',
    'app.example',
    'https://a.example/path',
    'https://a.example,*',
  ]) {
    assert.throws(() => loadConfig({ ...env, CORS_ORIGINS: list }), ConfigError, list);
  }
  assert.deepEqual(loadConfig({ ...env, CORS_ORIGINS: 'https://a.example, http://localhost:5173/' }).corsOrigins, [
    'https://a.example',
    'http://localhost:5173',
  ]);
});
