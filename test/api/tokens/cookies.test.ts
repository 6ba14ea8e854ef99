import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { movableClock } from '../../harness/movable-clock.ts';
import { password, signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createBrowser } from './tokens.ts';
import type { Browser } from './tokens.ts';

const clock = movableClock();
let server: TestServer;
before(async () => {
  server = await startTestServer({ clock });
});
after(() => server[Symbol.asyncDispose]());

async function signedIn() {
  const { email } = await signUp(server);
  const browser = createBrowser(server);
  const answer = await browser.json('POST', '/session', { email, password });
  assert.equal(answer.status, 200, answer.text);
  return { email, browser, answer, csrf: { 'x-csrf-token': JSON.parse(answer.text).csrfToken as string } };
}

const ask = (browser: Browser, headers: Record<string, string> = {}, query = '{ viewer { user { email } } }') =>
  browser.json('POST', '/graphql', { query }, headers);
const emailOf = (text: string) => JSON.parse(text).data?.viewer?.user.email ?? null;
const codeOf = (text: string) => {
  const { errors, error } = JSON.parse(text);
  return errors?.[0].extensions.code ?? error?.code;
};

test('a browser keeps its tokens where no script can read them', async () => {
  const { email, browser, answer, csrf } = await signedIn();
  const cookies = answer.headers.getSetCookie();
  assert.equal(cookies.length, 3);
  for (const cookie of cookies)
    assert.match(cookie, /^__Host-[a-z-]+=\S+; Path=\/; HttpOnly; Secure; SameSite=Strict; Max-Age=\d+$/);
  for (const value of browser.cookies.values()) assert.ok(!answer.text.includes(value), 'a token is in a body');
  assert.equal(emailOf((await ask(browser, csrf)).text), email);
});

test('a cookie alone does nothing: not without the CSRF token, not with another’s, not from another site', async () => {
  const { browser, csrf } = await signedIn();
  const other = await signedIn();
  assert.equal(codeOf((await ask(browser)).text), 'CSRF_REFUSED');
  assert.equal(codeOf((await ask(browser, other.csrf)).text), 'CSRF_REFUSED');
  const evil = { ...csrf, origin: 'https://evil.example' };
  assert.equal(codeOf((await ask(browser, evil)).text), 'ORIGIN_REFUSED');
  for (const [method, path] of [
    ['DELETE', '/session'],
    ['POST', '/session/refresh'],
  ] as const) {
    assert.equal((await browser.json(method, path, undefined)).status, 403, path);
    assert.equal((await browser.json(method, path, undefined, evil)).status, 403, path);
  }
  assert.ok((await ask(browser, csrf)).status === 200);
});

test('a page that was loaded again asks for its CSRF token; pages of other sites get none', async () => {
  const { browser, csrf } = await signedIn();
  const answer = await browser.json('GET', '/session');
  const told = JSON.parse(answer.text);
  assert.equal(told.csrfToken, csrf['x-csrf-token']);
  assert.ok(told.expiresInSeconds > 3_000 && told.expiresInSeconds <= 3_600, answer.text);
  assert.equal((await browser.json('GET', '/session', undefined, { origin: 'https://evil.example' })).status, 403);
  assert.deepEqual(JSON.parse((await createBrowser(server).json('GET', '/session')).text), { csrfToken: null });
});

test('after an hour the page refreshes, and goes on', async () => {
  const { email, browser, csrf } = await signedIn();
  const before = new Map(browser.cookies);
  clock.advance({ ms: 3_601_000 });
  assert.equal(codeOf((await ask(browser, csrf)).text), 'UNAUTHENTICATED');
  const told = JSON.parse((await browser.json('GET', '/session')).text);
  assert.deepEqual([told.csrfToken, told.expiresInSeconds], [csrf['x-csrf-token'], 0]);
  assert.equal((await browser.json('POST', '/session/refresh', undefined, csrf)).status, 200);
  for (const name of ['__Host-sightline', '__Host-sightline-access']) {
    assert.notEqual(browser.cookies.get(name), before.get(name));
  }
  assert.equal(emailOf((await ask(browser, csrf)).text), email);
});

test('signing out ends the sign-in and takes the cookies away', async () => {
  const { browser, csrf } = await signedIn();
  const kept = new Map(browser.cookies);
  assert.equal((await browser.json('DELETE', '/session', undefined, csrf)).status, 204);
  assert.equal(browser.cookies.get('__Host-sightline'), undefined);
  for (const [name, value] of kept) browser.cookies.set(name, value);
  assert.equal(codeOf((await ask(browser, csrf)).text), 'UNAUTHENTICATED');
  assert.equal(codeOf((await browser.json('POST', '/session/refresh', undefined, csrf)).text), 'REFRESH_TOKEN_INVALID');
});

test('a header is believed before a cookie, and needs no CSRF token', async () => {
  const { browser } = await signedIn();
  const other = await signUp(server);
  const answer = await ask(browser, { authorization: `Bearer ${other.token}` });
  assert.equal(emailOf(answer.text), other.email);
});

test('asking whether one is signed in leaves the device where it was seen', async () => {
  const { browser, csrf } = await signedIn();
  clock.advance({ ms: 120_000 });
  await browser.json('GET', '/session');
  const { text } = await ask(browser, csrf, '{ viewer { signIn { address } } }');
  assert.equal(JSON.parse(text).data.viewer.signIn.address, '127.0.0.1');
});

test('two cookies of one name are nobody’s', async () => {
  const { browser, csrf } = await signedIn();
  const cookie = `__Host-sightline-access=${browser.cookies.get('__Host-sightline-access')}`;
  const answer = await createBrowser(server).json(
    'POST',
    '/graphql',
    { query: '{ viewer { role } }' },
    { ...csrf, cookie: `${cookie}; ${cookie}` },
  );
  assert.deepEqual(JSON.parse(answer.text).data, { viewer: null });
});

test('a socket with cookies opens for our own pages only, and dies with the sign-in', async () => {
  const { email, browser, csrf } = await signedIn();
  const open = async (origin: string) => {
    const headers = { cookie: browser.cookieHeader(), origin };
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
    const opened = await once(socket, 'open').then(
      () => true,
      () => false,
    );
    return opened ? socket : null;
  };
  assert.equal(await open('https://evil.example'), null);
  const socket = await open(server.url);
  assert.ok(socket);
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await once(socket, 'message');
  socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: '{ viewer { user { email } } }' } }));
  const [message] = await once(socket, 'message');
  assert.equal(JSON.parse(String(message)).payload.data.viewer.user.email, email);
  const closed = once(socket, 'close');
  await browser.json('DELETE', '/session', undefined, csrf);
  assert.equal((await closed)[0], 4401);
});
