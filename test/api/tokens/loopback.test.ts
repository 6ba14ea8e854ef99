import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { movableClock } from '../../harness/movable-clock.ts';
import { password, signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createBrowser, fieldsOf, form, refresh, worksAs } from './tokens.ts';

const clock = movableClock();
let server: TestServer;
before(async () => {
  server = await startTestServer({ clock });
});
after(() => server[Symbol.asyncDispose]());

const redirect_uri = 'http://127.0.0.1:49152/callback';
const client_id = 'sightline-desktop';

function newRequest(changed: Record<string, string> = {}) {
  const code_verifier = randomBytes(32).toString('base64url');
  const code_challenge = createHash('sha256').update(code_verifier).digest('base64url');
  const asked = { response_type: 'code', client_id, redirect_uri, code_challenge, code_challenge_method: 'S256' };
  const query = new URLSearchParams({ ...asked, state: 'the state', ...changed });
  return { code_verifier, path: `/oauth/authorize?${query}` };
}

/** Signs in on the page and lets the program in, as a browser does. Gives where the browser is sent. */
async function letIn(path: string, email: string, decision = 'allow'): Promise<URL> {
  const browser = createBrowser(server);
  const page = await browser.get(path);
  assert.match(page.text, /name="password"/);
  const signedIn = await browser.post('/oauth/sign-in', { ...fieldsOf(page.text), email, password });
  assert.equal(signedIn.status, 303, signedIn.text);
  const consent = await browser.get(signedIn.location);
  assert.match(consent.text, /Sightline desktop/);
  const decided = await browser.post('/oauth/authorize', { ...fieldsOf(consent.text), decision });
  assert.equal(decided.status, 303, decided.text);
  return new URL(decided.location);
}

const redeem = (code: string, code_verifier: string, changed: Record<string, string> = {}) =>
  form(server, '/oauth/token', {
    grant_type: 'authorization_code',
    code,
    code_verifier,
    client_id,
    redirect_uri,
    ...changed,
  });

test('a program on the person’s machine gets tokens through their browser', async () => {
  const { email } = await signUp(server);
  const { code_verifier, path } = newRequest();
  const back = await letIn(path, email);
  assert.equal(back.origin + back.pathname, redirect_uri);
  assert.equal(back.searchParams.get('state'), 'the state');
  assert.equal(back.searchParams.get('iss'), server.url);
  const { status, body } = await redeem(back.searchParams.get('code') ?? '', code_verifier);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(await worksAs(server, body.access_token), email);
  const again = await form(server, '/oauth/token', { grant_type: 'refresh_token', refresh_token: body.refresh_token });
  assert.equal(await worksAs(server, again.body.access_token), email);
});

test('a browser says of a form on these pages where it is from, as we ask', async () => {
  const page = await createBrowser(server).get(newRequest().path);
  // By the fetch standard a page with `no-referrer` has its forms sent with `origin: null`, which is no page of ours.
  assert.equal(page.headers.get('referrer-policy'), 'same-origin');
  const answer = await createBrowser(server).post('/oauth/sign-in', fieldsOf(page.text), { origin: 'null' });
  assert.equal(answer.status, 403);
});

test('a code that comes twice ends what it was turned into', async () => {
  const { email } = await signUp(server);
  const { code_verifier, path } = newRequest();
  const code = (await letIn(path, email)).searchParams.get('code') ?? '';
  const first = await redeem(code, code_verifier);
  assert.equal(await worksAs(server, first.body.access_token), email);
  assert.equal((await redeem(code, code_verifier)).body.error, 'invalid_grant');
  assert.equal(await worksAs(server, first.body.access_token), null);
  assert.equal((await refresh(server, first.body.refresh_token)).code, 'REFRESH_TOKEN_INVALID');
});

for (const [what, changed] of Object.entries({
  'another verifier': { code_verifier: randomBytes(32).toString('base64url') },
  'no verifier': { code_verifier: '' },
  'another client': { client_id: 'sightline-cli' },
  'another address': { redirect_uri: 'http://127.0.0.1:49153/callback' },
})) {
  test(`a code is worth nothing with ${what}, and nothing afterwards`, async () => {
    const { email } = await signUp(server);
    const { code_verifier, path } = newRequest();
    const code = (await letIn(path, email)).searchParams.get('code') ?? '';
    assert.equal((await redeem(code, code_verifier, changed)).body.error, 'invalid_grant');
    assert.equal((await redeem(code, code_verifier)).body.error, 'invalid_grant');
  });
}

test('a code lives for a minute', async () => {
  const { email } = await signUp(server);
  const { code_verifier, path } = newRequest();
  const code = (await letIn(path, email)).searchParams.get('code') ?? '';
  clock.advance({ ms: 60_000 });
  assert.equal((await redeem(code, code_verifier)).body.error, 'invalid_grant');
});

test('who says no sends the program away', async () => {
  const { email } = await signUp(server);
  const back = await letIn(newRequest().path, email, 'deny');
  assert.equal(back.searchParams.get('error'), 'access_denied');
  assert.equal(back.searchParams.get('code'), null);
});

for (const address of [
  'https://evil.example/callback',
  'http://localhost:49152/callback',
  'http://127.0.0.1.evil.example:80/callback',
  'http://127.0.0.1/callback',
  'http://user@127.0.0.1:49152/callback',
  'http://127.0.0.1:49152/callback#x',
  'http://127.0.0.1:49152/../callback',
  'http://2130706433:49152/callback',
  'javascript:alert(1)//127.0.0.1:1',
  '',
]) {
  test(`nothing is ever sent to ${address || 'no address'}`, async () => {
    const answer = await createBrowser(server).get(newRequest({ redirect_uri: address }).path);
    assert.equal(answer.status, 400);
    assert.equal(answer.location, '');
  });
}

for (const [what, changed, error] of [
  ['without PKCE', { code_challenge: '' }, 'invalid_request'],
  ['with PKCE in the clear', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['without state', { state: '' }, 'invalid_request'],
  ['for a token at once', { response_type: 'token' }, 'unsupported_response_type'],
] as const) {
  test(`a program that asks ${what} is told so at its own address`, async () => {
    const { location } = await createBrowser(server).get(newRequest(changed).path);
    assert.equal(new URL(location).searchParams.get('error'), error);
  });
}

test('a page of another site can neither decide nor sign in for the person', async () => {
  const { email } = await signUp(server);
  const browser = createBrowser(server);
  const { path } = newRequest();
  const page = await browser.get(path);
  const credentials = { ...fieldsOf(page.text), email, password };
  const evil = { origin: 'https://evil.example' };
  assert.equal((await browser.post('/oauth/sign-in', credentials, evil)).status, 403);
  const consent = await browser.get((await browser.post('/oauth/sign-in', credentials)).location);
  const fields = { ...fieldsOf(consent.text), decision: 'allow' };
  assert.equal((await browser.post('/oauth/authorize', fields, evil)).status, 403);
  assert.equal((await browser.post('/oauth/authorize', { ...fields, csrf: '' })).status, 403);
  assert.equal((await browser.post('/oauth/authorize', { ...fields, csrf: 'A'.repeat(43) })).status, 403);
  assert.equal((await browser.post('/oauth/authorize', fields)).status, 303);
});

test('pages cannot be framed, run no scripts, and write what they are told as text', async () => {
  const answer = await createBrowser(server).get(newRequest({ state: '"><script>alert(1)</script>' }).path);
  assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/);
  assert.ok(!answer.text.includes('<script'));
});

test('a form that leads elsewhere is refused', async () => {
  const { email } = await signUp(server);
  for (const return_to of ['https://evil.example/', '//evil.example/', '/oauth/authorize.evil', '']) {
    const answer = await createBrowser(server).post('/oauth/sign-in', { return_to, email, password });
    assert.equal(answer.status, 400, return_to);
    assert.equal(answer.headers.getSetCookie().length, 0);
  }
});

test('a device is let in on a page that shows what and where it is', async () => {
  const { email } = await signUp(server);
  const begun = (await form(server, '/oauth/device', { client_id: 'sightline-cli', device_name: '<b>Garage</b>' }))
    .body;
  const browser = createBrowser(server);
  const path = new URL(begun.verification_uri_complete).pathname + new URL(begun.verification_uri_complete).search;
  const page = await browser.get(path);
  const signedIn = await browser.post('/oauth/sign-in', { ...fieldsOf(page.text), email, password });
  const consent = await browser.get(signedIn.location);
  assert.match(consent.text, /Sightline command line/);
  assert.match(consent.text, /&lt;b&gt;Garage&lt;\/b&gt;/);
  assert.match(consent.text, /127\.0\.0\.1/);
  assert.equal(
    (await browser.post('/oauth/device/verify', { ...fieldsOf(consent.text), decision: 'allow' })).status,
    200,
  );
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
  const { body } = await form(server, '/oauth/token', {
    grant_type,
    client_id: 'sightline-cli',
    device_code: begun.device_code,
  });
  assert.equal(await worksAs(server, body.access_token), email);
});

test('the metadata names only addresses of ours, whatever the request says', async () => {
  const response = await fetch(`${server.url}/.well-known/oauth-authorization-server`, {
    headers: { 'x-forwarded-host': 'evil.example' },
  });
  const metadata = (await response.json()) as Record<string, unknown>;
  assert.deepEqual(metadata['code_challenge_methods_supported'], ['S256']);
  for (const [name, value] of Object.entries(metadata)) {
    if (/endpoint$|_uri$|^issuer$/.test(name)) assert.ok(String(value).startsWith(server.url), name);
  }
});
