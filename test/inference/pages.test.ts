import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '@sightline/inference/config';
import { organization, startCallerServer } from './caller-server.ts';
import { twoBlobs } from './pictures.ts';
import { bearer, refusal, startSidecar } from './sidecar.ts';

const page = 'https://app.example';
const cookie = '__Host-sightline-access=token-of-a-page';
const csrf = { 'x-csrf-token': 'x' };

test('pages of listed origins ask with cookies and read answers; others do neither', async (t) => {
  await using server = await startCallerServer({ 'token-of-a-page': organization(['inference:use']) });
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl, pageOrigins: [page] });
  const picture = await twoBlobs();
  const ask = (headers: Record<string, string>) =>
    fetch(`${sidecar.url}/predict`, {
      method: 'POST',
      body: picture,
      headers: { 'content-type': 'image/png', ...headers },
    });
  const preflight = (origin: string) =>
    fetch(`${sidecar.url}/predict`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-csrf-token' },
    });

  await t.test('a listed page is told so, and reads the answer', async () => {
    const asked = await preflight(page);
    assert.equal(asked.status, 204);
    assert.equal(asked.headers.get('access-control-allow-origin'), page);
    assert.equal(asked.headers.get('access-control-allow-credentials'), 'true');
    assert.match(asked.headers.get('access-control-allow-headers') ?? '', /x-call-id, x-csrf-token/);
    const answer = await ask({ origin: page, cookie, ...csrf });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('access-control-allow-origin'), page);
    assert.match(answer.headers.get('vary') ?? '', /origin/);
  });

  await t.test('refusals can be read as well', async () => {
    const answer = await ask({ origin: page });
    assert.equal(answer.headers.get('access-control-allow-origin'), page);
    assert.equal(await refusal(answer), '401 UNAUTHENTICATED');
  });

  await t.test('another page is told nothing, and its visitor’s cookie counts for nothing', async () => {
    const asked = await preflight('https://evil.example');
    for (const [name] of asked.headers) assert.doesNotMatch(name, /^access-control/);
    const answer = await ask({ origin: 'https://evil.example', cookie, ...csrf });
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
    assert.equal(await refusal(answer), '401 UNAUTHENTICATED');
  });

  const nobody: Record<string, Record<string, string>> = {
    'a cookie without the header that forms cannot send': { origin: page, cookie },
    'a cookie that nobody says the page of': { cookie, ...csrf },
    'two cookies of one name': { origin: page, cookie: `${cookie}; ${cookie}`, ...csrf },
    'a cookie of another name': { origin: page, cookie: 'x__Host-sightline-access=token-of-a-page', ...csrf },
    'a cookie beside a header that is wrong': { origin: page, cookie, ...csrf, ...bearer('guess') },
  };
  for (const [what, headers] of Object.entries(nobody))
    await t.test(`${what} is nobody’s`, async () =>
      assert.equal(await refusal(await ask(headers)), '401 UNAUTHENTICATED'),
    );

  await t.test('a page of the same site reads without saying where it is', async () => {
    const headers = { cookie, ...csrf, 'sec-fetch-site': 'same-origin' };
    assert.equal((await sidecar.app.inject({ url: '/models', headers })).statusCode, 200);
    const foreign = { ...headers, 'sec-fetch-site': 'cross-site' };
    assert.equal((await sidecar.app.inject({ url: '/models', headers: foreign })).statusCode, 401);
  });
});

test('where no page is listed nothing of this is there', async () => {
  await using server = await startCallerServer({ 'token-of-a-page': organization(['inference:use']) });
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl });
  const answer = await fetch(`${sidecar.url}/models`, { headers: { origin: page, cookie, ...csrf } });
  assert.equal(answer.headers.get('access-control-allow-origin'), null);
  assert.equal(await refusal(answer), '401 UNAUTHENTICATED');
});

test('origins are listed one by one', () => {
  assert.deepEqual(loadConfig({ CORS_ORIGINS: 'https://a.example/, http://127.0.0.1:5173' }).pageOrigins, [
    'https://a.example',
    'http://127.0.0.1:5173',
  ]);
  for (const CORS_ORIGINS of ['*', 'https://*.example', 'a.example', 'https://a.example/path', 'null'])
    assert.throws(() => loadConfig({ CORS_ORIGINS }), /CORS_ORIGINS: must be origins/);
});
