import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { jwtVerify } from 'jose';
import { startFakeIssuer } from '../../harness/fake-issuer.ts';
import { signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import { enroll } from '../../harness/totp.ts';
import { report } from '../../security/report.ts';
import { begin, callbacksOf, land, providersAt, signInAt, signInWith, visit } from './visits.ts';

const keyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });

describe('Apple', () => {
  test('answers by a form from its own pages, and wants a secret that we sign for each answer', async () => {
    await using issuer = await startFakeIssuer();
    const clientKey = {
      teamId: 'TEAM',
      keyId: 'KEY',
      privateKey: keyPair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    };
    const providers = [
      { name: 'apple', issuer: issuer.url, clientId: issuer.clientId, scopes: ['openid', 'email'], clientKey },
    ];
    await using server = await startTestServer({
      env: { IDENTITY_PROVIDERS: JSON.stringify(providers), OUTBOUND_HOSTS: issuer.host },
    });
    issuer.open(callbacksOf(server, ['apple']));
    issuer.account = { subject: 's-apple', email: 'apple@example.com', email_verified: 'true' };
    const secrets: string[] = [];
    issuer.tampering = {
      async tokenRequest(form) {
        const secret = form.get('client_secret') ?? '';
        const expected = { issuer: 'TEAM', subject: issuer.clientId, audience: issuer.url };
        const { protectedHeader } = await jwtVerify(secret, keyPair.publicKey, expected);
        assert.deepEqual(protectedHeader, { alg: 'ES256', kid: 'KEY' });
        secrets.push(secret);
        form.set('client_secret', issuer.clientSecret);
      },
    };
    const { url, verifier } = await begin(server, 'apple');
    const back = await issuer.browse(url);
    assert.ok(back.form, 'a form');
    back.form.set('user', JSON.stringify({ name: { firstName: 'Ann', lastName: 'Apple' } }));
    const { code } = await land(server, back.url, back.form);
    const answer = await signInWith(server, code, verifier);
    assert.equal(answer.viewer?.profile.name, 'Ann Apple', JSON.stringify(answer));
    assert.equal(secrets.length, 1);
    // A form that is no form, and one without anything.
    for (const [type, body] of [
      ['application/json', '{}'],
      ['application/x-www-form-urlencoded', ''],
    ] as const) {
      const refused = await fetch(back.url, { method: 'POST', headers: { 'content-type': type }, body });
      assert.ok([401, 415].includes(refused.status), `${refused.status}`);
    }
  });
});

describe('X, which has no OpenID', () => {
  test('is asked who somebody is with the token that it gave, and its address counts as proved', async () => {
    await using x = await startFakeX();
    await using server = await startTestServer({ env: x.env() });
    const { url, verifier } = await begin(server, 'x');
    assert.equal(new URL(url).searchParams.get('scope'), 'users.read tweet.read users.email');
    const { code } = await land(server, x.authorize(url));
    const answer = await signInWith(server, code, verifier);
    assert.equal(answer.viewer?.profile.email, 'x@example.com', JSON.stringify(answer));
    assert.equal(answer.viewer.profile.name, 'X Person');
    assert.equal(answer.viewer.identities[0].provider, 'x');
  });

  test('is refused when it answers anything else', async () => {
    await using x = await startFakeX();
    await using server = await startTestServer({ env: x.env() });
    const lies: Record<string, () => void> = {
      'no address': () => (x.person = { data: { id: '8', name: 'X' } }),
      'an address that is no text': () => (x.person = { data: { id: '8', confirmed_email: ['x@example.com'] } }),
      nobody: () => (x.person = { data: {} }),
      'a list': () => (x.person = []),
      null: () => (x.person = null),
      'a subject that is an object': () => (x.person = { data: { id: {}, confirmed_email: 'x@example.com' } }),
      'an inherited subject': () => (x.person = JSON.parse('{"__proto__":{"data":{"id":"8"}}}')),
      'a status that is not 200': () => (x.status = 403),
      'another challenge': () => (x.isChallengeRight = false),
      'an ID token that nobody asked for': () => (x.idToken = 'a.b.c'),
    };
    const counts = { tried: 0, accepted: 0 };
    for (const [name, lie] of Object.entries(lies)) {
      x.honest();
      lie();
      const { url, verifier } = await begin(server, 'x');
      const { code } = await land(server, x.authorize(url));
      const answer = code === null ? { code: 'IDENTITY_REFUSED' } : await signInWith(server, code, verifier);
      counts.tried += 1;
      if (answer.code !== 'IDENTITY_REFUSED') counts.accepted += 1;
      assert.equal(answer.code, 'IDENTITY_REFUSED', name);
    }
    report('answers of hostile issuers', counts);
  });
});

describe('a browser', () => {
  test('gets cookies instead of tokens, and only at our own pages', async () => {
    await using issuer = await startFakeIssuer();
    await using server = await startTestServer({ env: providersAt(issuer, ['fake']) });
    issuer.open(callbacksOf(server, ['fake']));
    issuer.account = { subject: 's-web', email: 'web@example.com', email_verified: true };
    const { code, verifier } = await visit(server, issuer);
    const post = (origin: string, body: object) =>
      fetch(`${server.url}/session/identity`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin },
        body: JSON.stringify(body),
      });
    assert.equal((await post('https://evil.example', { code, verifier })).status, 403);
    assert.equal((await post(server.url, { code, verifier: 'x' })).status, 401);
    assert.equal((await post(server.url, { code })).status, 400);
    assert.equal((await post(server.url, { code, verifier, deviceName: 'a\u0000b' })).status, 400);
    const signedIn = await post(server.url, { code, verifier });
    const text = await signedIn.text();
    assert.equal(signedIn.status, 200, text);
    assert.deepEqual(Object.keys(JSON.parse(text) as object).sort(), ['csrfToken', 'expiresAt', 'expiresInSeconds']);
    const cookies = signedIn.headers.getSetCookie();
    assert.equal(cookies.length, 3);
    for (const cookie of cookies) assert.match(cookie, /^__Host-[^;]+; Path=\/; HttpOnly; Secure; SameSite=Strict/);
    for (const cookie of cookies)
      assert.ok(!text.includes(/=([^;]+)/.exec(cookie)?.[1] ?? text), 'a token in the body');

    // With a second factor it takes two steps, and the first gives no cookie.
    const { recoveryCodes } = await enroll(server, await signInAt(server, issuer), { now: () => new Date() });
    const again = await visit(server, issuer);
    const first = await post(server.url, { code: again.code, verifier: again.verifier });
    assert.deepEqual(first.headers.getSetCookie(), []);
    const { secondFactor } = (await first.json()) as { secondFactor: { ticket: string } };
    const give = (origin: string, given: string) =>
      fetch(`${server.url}/session/second-factor`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin },
        body: JSON.stringify({ ticket: secondFactor.ticket, code: given }),
      });
    assert.equal((await give('https://evil.example', recoveryCodes[0] ?? '')).status, 403);
    assert.equal((await give(server.url, '000000')).status, 401);
    const second = await give(server.url, recoveryCodes[0] ?? '');
    assert.equal(second.status, 200);
    assert.equal(second.headers.getSetCookie().length, 3);
  });

  test('is told that a mail went out, where the account of the address is not proved', async () => {
    await using issuer = await startFakeIssuer();
    await using server = await startTestServer({ env: providersAt(issuer, ['fake']) });
    issuer.open(callbacksOf(server, ['fake']));
    const { email } = await signUp(server, 'web');
    issuer.account = { subject: 's-web-2', email, email_verified: true };
    const { code, verifier } = await visit(server, issuer);
    const answer = await fetch(`${server.url}/session/identity`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: server.url },
      body: JSON.stringify({ code, verifier }),
    });
    assert.equal(answer.status, 202);
    assert.deepEqual(answer.headers.getSetCookie(), []);
    assert.deepEqual(await answer.json(), { linkPending: { email } });
  });
});

/** As much of X as there is to sign in by. */
async function startFakeX() {
  const codes = new Map<string, string>();
  const honest = { data: { id: '7', name: 'X Person', confirmed_email: 'x@example.com' } };
  const listener = createServer((request, response) => {
    void (async () => {
      const path = new URL(request.url ?? '/', 'http://x.invalid').pathname;
      const form = new URLSearchParams(await textOf(request));
      response.setHeader('content-type', 'application/json');
      if (path === '/token') {
        const challenge = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url');
        const isRight =
          request.headers.authorization === `Basic ${Buffer.from('client-at-x:secret-at-x').toString('base64')}` &&
          codes.get(form.get('code') ?? '') === (x.isChallengeRight ? challenge : `${challenge}x`);
        response.statusCode = isRight ? 200 : 400;
        const tokens = { access_token: 'token-at-x', token_type: 'bearer', ...(x.idToken && { id_token: x.idToken }) };
        return response.end(JSON.stringify(isRight ? tokens : { error: 'invalid_grant' }));
      }
      const isKnown = request.headers.authorization === 'Bearer token-at-x';
      response.statusCode = isKnown ? x.status : 401;
      return response.end(JSON.stringify(isKnown ? x.person : {}));
    })();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const x = {
    person: honest as unknown,
    status: 200,
    isChallengeRight: true,
    idToken: '',
    honest: () => Object.assign(x, { person: honest, status: 200, isChallengeRight: true, idToken: '' }),
    /** Somebody agrees at once: where their browser is sent back to. */
    authorize(asked: string): URL {
      const { searchParams } = new URL(asked);
      assert.equal(searchParams.get('code_challenge_method'), 'S256');
      const code = `code-${codes.size}`;
      codes.set(code, searchParams.get('code_challenge') ?? '');
      const back = new URL(searchParams.get('redirect_uri') ?? '');
      back.search = new URLSearchParams({ code, state: searchParams.get('state') ?? '' }).toString();
      return back;
    },
    env: () => ({
      IDENTITY_PROVIDERS: JSON.stringify([
        {
          name: 'x',
          issuer: url,
          clientId: 'client-at-x',
          clientSecret: 'secret-at-x',
          endpoints: { authorization: `${url}/authorize`, token: `${url}/token`, user: `${url}/me` },
        },
      ]),
      OUTBOUND_HOSTS: new URL(url).host,
    }),
    async [Symbol.asyncDispose]() {
      listener.closeAllConnections();
      listener.close();
    },
  };
  return x;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += String(piece);
  return text;
}
