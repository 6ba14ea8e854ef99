import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIntrospection } from '@sightline/inference/callers/introspection';
import { organization, organizationId, startCallerServer } from './caller-server.ts';
import { twoBlobs } from './pictures.ts';
import { bearer, localToken, refusal, serviceToken, startSidecar } from './sidecar.ts';

const expired = { expiresAt: '2020-01-01T00:00:00.000Z' };
const far = { expiresAt: '2099-01-01T00:00:00.000Z' };

test('who may have a picture looked at', async (t) => {
  await using server = await startCallerServer({
    'key-that-may': organization(['inference:use', 'sessions:read']),
    'key-until-then': organization(['inference:use'], far),
    'key-that-may-not': organization(['sessions:read']),
    'key-of-yesterday': organization(['inference:use'], expired),
    'key-with-odd-answer': { active: true, organizationId: 7, permissions: 'all' },
  });
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl });
  const picture = await twoBlobs();
  const ask = (headers: Record<string, string>) =>
    fetch(`${sidecar.url}/predict`, {
      method: 'POST',
      body: picture,
      headers: { 'content-type': 'image/png', ...headers },
    });

  const allowed: Record<string, Record<string, string>> = {
    'an API key': bearer('key-that-may'),
    'a key that expires some day': bearer('key-until-then'),
    'the server itself': bearer(serviceToken),
    'a program of this machine': bearer(localToken),
    'the word bearer in small letters': { authorization: `bearer ${localToken}` },
    'a page served from this machine': { ...bearer(localToken), origin: 'http://localhost:3000' },
  };
  for (const [who, headers] of Object.entries(allowed)) {
    await t.test(`${who} may`, async () => assert.equal((await ask(headers)).status, 200));
  }

  const refused: Record<string, [headers: Record<string, string>, answer: string]> = {
    nobody: [{}, '401 UNAUTHENTICATED'],
    'an empty token': [{ authorization: 'Bearer ' }, '401 UNAUTHENTICATED'],
    'another scheme': [{ authorization: `Basic ${localToken}` }, '401 UNAUTHENTICATED'],
    'an unknown key': [bearer('guess'), '401 UNAUTHENTICATED'],
    'a revoked or expired key': [bearer('key-of-yesterday'), '401 UNAUTHENTICATED'],
    'a token as long as a book': [bearer('x'.repeat(5_000)), '401 UNAUTHENTICATED'],
    'a key without the permission': [bearer('key-that-may-not'), '403 FORBIDDEN'],
    'a web page with the local token': [{ ...bearer(localToken), origin: 'https://evil.example' }, '403 FORBIDDEN'],
    'a sandboxed page with the local token': [{ ...bearer(localToken), origin: 'null' }, '403 FORBIDDEN'],
    'a key whose owner the server cannot say': [bearer('key-with-odd-answer'), '503 SERVICE_UNAVAILABLE'],
  };
  for (const [who, [headers, answer]] of Object.entries(refused)) {
    await t.test(`${who} may not: ${answer}`, async () => assert.equal(await refusal(await ask(headers)), answer));
  }

  await t.test('a name that was made to point here does not make a page local', async () => {
    const response = await sidecar.app.inject({
      method: 'POST',
      url: '/predict',
      headers: { ...bearer(localToken), host: 'rebound.example:4001', 'content-type': 'image/png' },
      payload: Buffer.from(picture),
    });
    assert.equal(response.statusCode, 403);
  });

  await t.test('nothing of the body is read for somebody unknown', async () => {
    const response = await fetch(`${sidecar.url}/predict`, {
      method: 'POST',
      body: new Uint8Array(60_000_000),
      headers: { 'content-type': 'image/png' },
    }).then(refusal, () => 'connection closed');
    assert.match(response, /401 UNAUTHENTICATED|connection closed/);
  });

  await t.test('sessions are for the server alone', async () => {
    for (const token of ['key-that-may', localToken]) {
      const response = await fetch(`${sidecar.url}/sessions`, { method: 'POST', headers: bearer(token) });
      assert.equal(await refusal(response), '403 FORBIDDEN');
    }
    assert.equal(await refusal(await fetch(`${sidecar.url}/sessions`, { method: 'POST' })), '401 UNAUTHENTICATED');
  });

  await t.test('what describes the sidecar is open, what it has loaded is not', async () => {
    for (const path of ['/', '/health/live', '/health/ready', '/metrics', '/openapi.json', '/docs/']) {
      assert.equal((await fetch(`${sidecar.url}${path}`)).status, 200, path);
    }
    assert.equal(await refusal(await fetch(`${sidecar.url}/models`)), '401 UNAUTHENTICATED');
  });
});

test('an answer about a key is used for five seconds and asked for once', async () => {
  const tokens: Record<string, unknown> = { 'key-1': organization(['inference:use']) };
  await using server = await startCallerServer(tokens);
  let nowMs = Date.now();
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl }, { now: () => nowMs });
  const status = async () => (await fetch(`${sidecar.url}/models`, { headers: bearer('key-1') })).status;

  assert.deepEqual(await Promise.all([status(), status(), status()]), [200, 200, 200]);
  assert.equal(server.asked.length, 1);

  delete tokens['key-1'];
  nowMs += 4_900;
  assert.equal(await status(), 200);
  nowMs += 200;
  assert.equal(await status(), 401);
});

test('a key that runs out while its answer is remembered is refused on time', async () => {
  let nowMs = Date.now();
  const expiresAt = new Date(nowMs + 2_000).toISOString();
  await using server = await startCallerServer({ 'key-1': organization(['inference:use'], { expiresAt }) });
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl }, { now: () => nowMs });
  const status = async () => (await fetch(`${sidecar.url}/models`, { headers: bearer('key-1') })).status;
  assert.equal(await status(), 200);
  nowMs += 2_000;
  assert.equal(await status(), 401);
});

test('with the server away nobody new gets in, and everybody does again when it is back', async () => {
  let isAway = true;
  const fetchOrFail: typeof fetch = async (...args) => {
    if (isAway) throw new TypeError('fetch failed');
    return fetch(...args);
  };
  await using server = await startCallerServer({ 'key-1': organization(['inference:use']) });
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl }, { fetch: fetchOrFail });
  const ask = () => fetch(`${sidecar.url}/models`, { headers: bearer('key-1') });

  const refused = await ask();
  assert.equal(refused.headers.get('retry-after'), '1');
  assert.equal(await refusal(refused), '503 SERVICE_UNAVAILABLE');
  isAway = false;
  assert.equal((await ask()).status, 200);
});

test('what ends while the server is asked about it is asked about again', async () => {
  const tokens: Record<string, unknown> = {
    'key-1': organization(['inference:use'], { credentialId: 'credential-1' }),
  };
  await using server = await startCallerServer(tokens);
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl });
  await server.followed();
  const status = async () => (await fetch(`${sidecar.url}/models`, { headers: bearer('key-1') })).status;
  server.holdAnswers(async () => {
    server.holdAnswers(async () => {});
    delete tokens['key-1'];
    server.end('credential-1');
    // The stream has one line more that this answer must not overtake.
    await sidecar.predict(await twoBlobs());
  });
  assert.equal(await status(), 401);
  assert.equal(server.asked.length, 2);
});

test('an organization whose access changed is asked about again, others are not', async () => {
  await using server = await startCallerServer({
    'key-1': organization(),
    'key-2': organization(['inference:use'], { organizationId: 'another' }),
  });
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl });
  await server.followed();
  const ask = async (key: string) =>
    void (await fetch(`${sidecar.url}/models`, { headers: bearer(key) })).body?.cancel();
  const askedFor = (key: string) => server.asked.filter((each) => each === key).length;
  async function endAndWait(): Promise<void> {
    await ask('key-1');
    const before = askedFor('key-1');
    server.end(organizationId);
    while (askedFor('key-1') === before) await ask('key-1');
  }
  // The sidecar forgets everything when it begins to follow: from here on it has begun.
  await endAndWait();
  await ask('key-2');
  const before = askedFor('key-2');
  await endAndWait();
  await ask('key-2');
  assert.equal(askedFor('key-2'), before);
});

/** A server that answers when it is told to. `asked` lists the tokens that it was asked about. */
function createSlowServer() {
  const asked: string[] = [];
  const held: (() => void)[] = [];
  const state = { isSlow: false, nowMs: 1 };
  const introspection = createIntrospection({
    ...{ serverUrl: 'http://server.example', serviceToken },
    now: () => state.nowMs,
    async fetch(_url, init) {
      const { token } = JSON.parse(String(init?.body)) as { token: string };
      asked.push(token);
      if (state.isSlow) await new Promise<void>((resolve) => held.push(resolve));
      return Response.json(token.startsWith('real') ? organization() : { active: false });
    },
  });
  return {
    ...{ asked, state, introspection },
    ask: (token: string) => introspection.ask(token, `digest of ${token}`, 'request', '127.0.0.1'),
    answerAll: () => held.splice(0).forEach((answer) => answer()),
  };
}

test('guesses push no real key out of memory, and each is asked about once', async () => {
  const { ask, asked } = createSlowServer();
  assert.equal((await ask('real')).active, true);
  for (let n = 0; n < 3_000; n++) assert.equal((await ask(`guess ${n}`)).active, false);
  assert.equal((await ask('real')).active, true);
  assert.equal((await ask('guess 1')).active, false);
  assert.equal(asked.length, 3_001);
});

test('only so many guesses are asked about at once; who was known before waits for none of them', async () => {
  const { ask, asked, state, answerAll, introspection } = createSlowServer();
  for (const token of ['real 1', 'real 2']) await ask(token);
  state.isSlow = true;
  const guesses = Array.from({ length: 1_000 }, (_, n) => ask(`guess ${n}`));
  const settled = Promise.allSettled(guesses);
  await assert.rejects(ask('guess'), { code: 'SERVICE_UNAVAILABLE' });
  assert.equal(asked.length, 2 + 64);
  state.isSlow = false;
  state.nowMs += 5_001;
  assert.equal((await ask('real 1')).active, true);
  introspection.forget(null);
  assert.equal((await ask('real 2')).active, true);
  answerAll();
  const outcomes = (await settled).map(({ status }) => status);
  assert.equal(outcomes.filter((status) => status === 'fulfilled').length, 64);
  assert.equal((await ask('guess after')).active, false, 'there is room again');
});
