import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { query } from '../../harness/database.ts';
import { password, signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';

async function post(server: { url: string }, path: string, body: unknown, key: string, cookie = '', csrf = '') {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      'content-type': 'application/json',
      'sec-fetch-site': 'same-origin',
      'idempotency-key': key,
      ...(cookie && { cookie, 'x-csrf-token': csrf }),
    },
  });
  const cookies = response.headers.getSetCookie();
  const isReplay = response.headers.get('idempotent-replayed') === 'true';
  return {
    status: response.status,
    text: await response.text(),
    cookies,
    isReplay,
    type: response.headers.get('content-type'),
  };
}

const cookieHeader = (cookies: string[]) => cookies.map((one) => one.split(';')[0]).join('; ');

test('a write of REST with a key happens once: same status, bytes and cookies again', async () => {
  await using server = await startTestServer();
  const { email } = await signUp(server);
  const signIns = async () => Number((await query(server.databaseUrl, 'select count(*) from "SignIn"'))[0]?.['count']);
  const before = await signIns();
  const key = randomUUID();
  const first = await post(server, '/session', { email, password }, key);
  assert.equal(first.status, 200, first.text);
  assert.equal(first.isReplay, false);
  const again = await post(server, '/session', { email, password }, key);
  assert.deepEqual(again, { ...first, isReplay: true });
  assert.equal(await signIns(), before + 1);

  // A key of somebody who proves nothing is that of this very request: strangers can neither read nor block it.
  const other = await post(server, '/session', { email, password: 'another password' }, key);
  assert.equal(other.status, 401);
  assert.equal(other.isReplay, false);

  const { csrfToken } = JSON.parse(first.text) as { csrfToken: string };
  const cookie = cookieHeader(first.cookies);
  const refreshKey = randomUUID();
  const refreshed = await post(server, '/session/refresh', {}, refreshKey, cookie, csrfToken);
  assert.equal(refreshed.status, 200, refreshed.text);
  const lost = await post(server, '/session/refresh', {}, refreshKey, cookie, csrfToken);
  assert.deepEqual(lost, { ...refreshed, isReplay: true });
  const reused = await post(server, '/session/refresh', { other: true }, refreshKey, cookie, csrfToken);
  assert.equal(reused.status, 422);
  assert.equal(JSON.parse(reused.text).error.code, 'IDEMPOTENCY_KEY_REUSED');
});

test('what was refused before it was done is not kept, and what was answered is', async () => {
  await using server = await startTestServer();
  const { email } = await signUp(server);
  const key = randomUUID();
  for (let turn = 0; turn < 2; turn++) {
    const malformed = await post(server, '/session', { email }, key);
    assert.equal(malformed.status, 400);
    assert.equal(malformed.isReplay, false);
  }
  const wrong = await post(server, '/session', { email, password: 'another password' }, key);
  const again = await post(server, '/session', { email, password: 'another password' }, key);
  assert.equal(wrong.status, 401);
  assert.deepEqual(again, { ...wrong, isReplay: true });
  const bad = await post(server, '/session', { email, password }, 'two words');
  assert.equal(bad.status, 400);
});

test('forms with one key and other fields are other requests: no stranger gets the codes of somebody', async () => {
  await using server = await startTestServer();
  const key = randomUUID();
  const begin = async (fields: Record<string, string>) => {
    const response = await fetch(`${server.url}/oauth/device`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'sightline-cli', ...fields }),
      headers: { 'idempotency-key': key },
    });
    return { isReplay: response.headers.get('idempotent-replayed') === 'true', text: await response.text() };
  };
  const first = await begin({});
  assert.deepEqual(await begin({}), { ...first, isReplay: true });
  const other = await begin({ extra: 'field' });
  assert.equal(other.isReplay, false);
  assert.notEqual(other.text, first.text);
});
