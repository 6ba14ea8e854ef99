import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { decodeJwt } from 'jose';
import type { JWTPayload } from 'jose';
import pg from 'pg';
import { resign, rsaKey, startFakeIssuer } from '../../harness/fake-issuer.ts';
import type { FakeAnswer, FakeIssuer, Tampering } from '../../harness/fake-issuer.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { report } from '../../security/report.ts';
import { begin, callbacksOf, land, providersAt, signInAt, signInWith, visit } from './visits.ts';
import type { Landed } from './visits.ts';

type Body = Record<string, unknown>;
type Claims = JWTPayload & Record<string, unknown>;

const now = () => Math.floor(Date.now() / 1000);
const stranger = rsaKey();
const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const b64 = (part: object | string | Buffer) =>
  Buffer.from(typeof part === 'string' || Buffer.isBuffer(part) ? part : JSON.stringify(part)).toString('base64url');

let issuer: FakeIssuer;
let server: TestServer;
let canary: { url: string; hits: () => number; close: () => void };

/** The ID token with other claims, and an otherwise perfect signature. */
const claims =
  (change: (honest: Claims) => Claims): NonNullable<Tampering['token']> =>
  (body) =>
    resign(issuer, body, change);

const without =
  (name: string) =>
  ({ [name]: _gone, ...rest }: Claims): Claims =>
    rest;

/** The ID token with another head or by another key. */
const signed =
  (header: Body, key?: Parameters<typeof resign>[4]): NonNullable<Tampering['token']> =>
  (body) =>
    resign(issuer, body, (honest) => honest, header, key);

const partsOf = (body: Body) => String(body['id_token']).split('.') as [string, string, string];
const withHmac =
  (secret: string | Buffer): NonNullable<Tampering['token']> =>
  (body) => {
    const head = b64({ alg: 'HS256', kid: issuer.key.kid });
    const [, payload] = partsOf(body);
    const mac = createHmac('sha256', secret).update(`${head}.${payload}`).digest('base64url');
    return { ...body, id_token: `${head}.${payload}.${mac}` };
  };

const answerAt =
  (path: string, change: (answer: FakeAnswer) => Partial<FakeAnswer>): NonNullable<Tampering['answer']> =>
  (asked, answer) =>
    asked === path ? { ...answer, ...change(answer) } : answer;

/** Lies in what the issuer answers to us. */
const answers: Record<string, Tampering | (() => Tampering)> = {
  'alg none': {
    token: (body) => ({ ...body, id_token: `${b64({ alg: 'none' })}.${partsOf(body)[1]}.` }),
  },
  'alg none, the signature kept': {
    token: (body) => ({ ...body, id_token: `${b64({ alg: 'none' })}.${partsOf(body)[1]}.${partsOf(body)[2]}` }),
  },
  'HS256 by the client’s secret': () => ({ token: withHmac(issuer.clientSecret) }),
  'HS256 by the public key as text': () => ({
    token: withHmac(issuer.key.publicKey.export({ type: 'spki', format: 'pem' }) as string),
  }),
  'HS256 by the public key as bytes': () => ({
    token: withHmac(issuer.key.publicKey.export({ type: 'spki', format: 'der' }) as Buffer),
  }),
  'HS256 by a symmetric key among the public ones': {
    jwks: (keys) => [...keys, { kty: 'oct', kid: 'sym', k: b64('a symmetric key, told to everybody'), alg: 'HS256' }],
    token: (body) => withHmac('a symmetric key, told to everybody')(body),
  },
  'signed by a stranger’s key under the known kid': { token: signed({}, stranger.privateKey) },
  'signed by a key that nobody published': { token: signed({ kid: 'unknown' }, stranger.privateKey) },
  'signed by a key that comes in the token itself': {
    token: signed({ kid: 'own', jwk: stranger.publicKey.export({ format: 'jwk' }) }, stranger.privateKey),
  },
  'signed by a key from an address in the token': () => ({
    token: signed({ kid: 'own', jku: `${canary.url}/jwks` }, stranger.privateKey),
  }),
  'ES256 under a kid of RSA': { token: signed({ alg: 'ES256' }, ecKey.privateKey) },
  'PS256 by the right key, which is for RS256': () => ({ token: signed({ alg: 'PS256' }, issuer.key.privateKey) }),
  'a critical header that nobody understands': {
    token: (body) => {
      const head = b64({ alg: 'RS256', kid: issuer.key.kid, crit: ['exp-2'], 'exp-2': 1 });
      return { ...body, id_token: `${head}.${partsOf(body)[1]}.${partsOf(body)[2]}` };
    },
  },
  'claims changed under the old signature': {
    token: (body) => {
      const [head, , signature] = partsOf(body);
      const forged = b64({ ...(decodeJwt(String(body['id_token'])) as Claims), sub: 's-victim' });
      return { ...body, id_token: `${head}.${forged}.${signature}` };
    },
  },
  'no signature': { token: (body) => ({ ...body, id_token: `${partsOf(body).slice(0, 2).join('.')}.` }) },
  'no keys at all': { jwks: () => [] },
  'a key that is for encryption': { jwks: (keys) => keys.map((key) => ({ ...key, use: 'enc' })) },
  'two keys, and a token that says neither': {
    jwks: (keys) => [...keys, { ...stranger.publicKey.export({ format: 'jwk' }), kid: 'second' }],
    token: signed({ kid: undefined }),
  },
  'an unsigned token of five parts': { token: (body) => ({ ...body, id_token: 'a.b.c.d.e' }) },
  'a token that is none': { token: (body) => ({ ...body, id_token: 'not a token' }) },
  'a token that is an object': { token: (body) => ({ ...body, id_token: { sub: 's-victim' } }) },
  'no ID token': { token: ({ id_token: _gone, ...body }) => body },
  'no access token': { token: ({ access_token: _gone, ...body }) => body },
  'an access token of another kind': { token: (body) => ({ ...body, token_type: 'mac' }) },

  'iss of another issuer': { token: claims((honest) => ({ ...honest, iss: 'https://accounts.google.com' })) },
  'iss with a slash more': { token: claims((honest) => ({ ...honest, iss: `${honest.iss}/` })) },
  'iss in other letters': { token: claims((honest) => ({ ...honest, iss: String(honest.iss).toUpperCase() })) },
  'no iss': { token: claims(without('iss')) },
  'aud of another client': { token: claims((honest) => ({ ...honest, aud: 'somebody-else' })) },
  'aud of many, without us': { token: claims((honest) => ({ ...honest, aud: ['a', 'b'] })) },
  'aud of many, with us, and nobody named': {
    token: claims((honest) => ({ ...honest, aud: [issuer.clientId, 'somebody-else'] })),
  },
  'aud of many, with us, for somebody else': {
    token: claims((honest) => ({ ...honest, aud: [issuer.clientId, 'somebody-else'], azp: 'somebody-else' })),
  },
  'aud of us, azp of somebody else': { token: claims((honest) => ({ ...honest, azp: 'somebody-else' })) },
  'no aud': { token: claims(without('aud')) },
  'over an hour ago': { token: claims((honest) => ({ ...honest, exp: now() - 3600 })) },
  'over a minute ago': { token: claims((honest) => ({ ...honest, exp: now() - 61 })) },
  'never over': { token: claims(without('exp')) },
  'over at a time that is a text': { token: claims((honest) => ({ ...honest, exp: String(now() + 60) as never })) },
  'not yet good': { token: claims((honest) => ({ ...honest, nbf: now() + 3600 })) },
  'issued an hour ago': { token: claims((honest) => ({ ...honest, iat: now() - 3600 })) },
  'issued in an hour': { token: claims((honest) => ({ ...honest, iat: now() + 3600, exp: now() + 7200 })) },
  'issued never': { token: claims(without('iat')) },
  'no nonce': { token: claims(without('nonce')) },
  'another nonce': { token: claims((honest) => ({ ...honest, nonce: 'another' })) },
  'nonce that is a list': { token: claims((honest) => ({ ...honest, nonce: [honest['nonce']] })) },
  'no sub': { token: claims(without('sub')) },
  'an empty sub': { token: claims((honest) => ({ ...honest, sub: '' })) },
  'sub that is a number': { token: claims((honest) => ({ ...honest, sub: 7 as never })) },
  'sub of 10 000 characters': { token: claims((honest) => ({ ...honest, sub: 'x'.repeat(10_000) })) },

  'sub of more than one line': { token: claims((honest) => ({ ...honest, sub: 's-\u0000victim\n' })) },
  'an address that is none': { userinfo: (body) => ({ ...body, email: 'not an address' }) },
  'an address of more than one line': {
    userinfo: (body) => ({ ...body, email: 'a@example.com\u0000\nbcc: b@example.com' }),
  },
  'an address of 10 000 characters': { userinfo: (body) => ({ ...body, email: `${'x'.repeat(10_000)}@example.com` }) },
  'somebody else’s particulars': { userinfo: (body) => ({ ...body, sub: 's-victim' }) },
  'nobody’s particulars': { userinfo: ({ sub: _gone, ...body }) => body },
  'an address that is not verified': { userinfo: (body) => ({ ...body, email_verified: false }) },
  'an address of which nothing is said': { userinfo: ({ email_verified: _gone, ...body }) => body },
  'an address verified by the text “false”': { userinfo: (body) => ({ ...body, email_verified: 'false' }) },
  'an address verified by a 1': { userinfo: (body) => ({ ...body, email_verified: 1 }) },
  'an address verified by a list': { userinfo: (body) => ({ ...body, email_verified: [true] }) },
  'an address that is a list': { userinfo: (body) => ({ ...body, email: ['a@example.com', 'b@example.com'] }) },
  'no address': { userinfo: ({ email: _gone, ...body }) => body },

  'the token endpoint fails': { answer: answerAt('/token', () => ({ status: 500, body: 'oops' })) },
  'the token endpoint refuses': {
    answer: answerAt('/token', () => ({ status: 400, body: '{"error":"invalid_grant"}' })),
  },
  'the token endpoint sends elsewhere': () => ({
    answer: answerAt('/token', () => ({ status: 307, headers: { location: `${canary.url}/token` } })),
  }),
  'the token endpoint answers with a page': {
    answer: answerAt('/token', ({ body }) => ({ headers: { 'content-type': 'text/html' }, body })),
  },
  'the token endpoint answers half': { answer: answerAt('/token', ({ body }) => ({ body: body.slice(0, 40) })) },
  'the token endpoint answers without an end': {
    token: (body) => ({ ...body, padding: 'x'.repeat(1_100_000) }),
  },
  'the keys are elsewhere': () => ({
    answer: answerAt('/jwks', () => ({ status: 302, headers: { location: `${canary.url}/jwks` } })),
  }),
  'the keys are no keys': { answer: answerAt('/jwks', () => ({ body: '[]' })) },
  'the particulars are a page': { answer: answerAt('/me', () => ({ headers: { 'content-type': 'text/html' } })) },
  'the particulars are refused': { answer: answerAt('/me', () => ({ status: 401, body: '{}' })) },
};

/** Lies in what the browser brings back. */
const callbacks: Record<string, (back: URL) => URL | string | Promise<URL | string>> = {
  'no state': (back) => changed(back, (query) => query.delete('state')),
  'an unknown state': (back) => changed(back, (query) => query.set('state', 'x'.repeat(43))),
  'two states': (back) => changed(back, (query) => query.append('state', 'x')),
  'no code': (back) => changed(back, (query) => query.delete('code')),
  'two codes': (back) => changed(back, (query) => query.append('code', 'x')),
  'a code that nobody gave': (back) => changed(back, (query) => query.set('code', 'made-up')),
  'a code of another visit, which has another challenge': async (back) => {
    const other = await issuer.browse((await begin(server, 'fake')).url);
    return changed(back, (query) => query.set('code', other.url.searchParams.get('code') ?? ''));
  },
  'an error': (back) => changed(back, (query) => (query.delete('code'), query.set('error', 'access_denied'))),
  'an error beside a code': (back) => changed(back, (query) => query.set('error', 'access_denied')),
  'iss of another issuer': (back) => changed(back, (query) => query.set('iss', 'https://accounts.google.com')),
  'no iss, though this issuer always says it': (back) => changed(back, (query) => query.delete('iss')),
  'two of iss': (back) => changed(back, (query) => query.append('iss', issuer.url)),
  'a token in the address': (back) => changed(back, (query) => query.set('id_token', 'a.b.c')),
  'an answer in a token': (back) => changed(back, (query) => query.set('response', 'a.b.c')),
  'the callback of another provider': (back) => String(back).replace('/callback/fake', '/callback/other'),
  'the callback of a provider that is not there': (back) => String(back).replace('/callback/fake', '/callback/nobody'),
};

function changed(back: URL, change: (query: URLSearchParams) => unknown): URL {
  const url = new URL(back);
  change(url.searchParams);
  return url;
}

/** Lies in what the issuer says of itself; each at a provider of its own, which has not read it yet. */
const metadata: Record<string, Tampering | (() => Tampering)> = {
  'of another issuer': { metadata: (honest) => ({ ...honest, issuer: 'https://accounts.google.com' }) },
  'of an issuer with a slash more': { metadata: (honest) => ({ ...honest, issuer: `${String(honest['issuer'])}/` }) },
  'of any issuer': { metadata: (honest) => ({ ...honest, issuer: 'http://{tenantid}' }) },
  'of none': { metadata: ({ issuer: _gone, ...honest }) => honest },
  'a page that runs a script': { metadata: (honest) => ({ ...honest, authorization_endpoint: 'javascript:alert(1)' }) },
  'a page that is a document': { metadata: (honest) => ({ ...honest, authorization_endpoint: 'data:text/html,x' }) },
  'no page': { metadata: ({ authorization_endpoint: _gone, ...honest }) => honest },
  'a token endpoint inside our network': () => ({
    metadata: (honest) => ({ ...honest, token_endpoint: `${canary.url}/token` }),
  }),
  'a token endpoint in a file': { metadata: (honest) => ({ ...honest, token_endpoint: 'file:///etc/passwd' }) },
  'keys inside our network': () => ({ metadata: (honest) => ({ ...honest, jwks_uri: `${canary.url}/jwks` }) }),
  'no keys': { metadata: ({ jwks_uri: _gone, ...honest }) => honest },
  'particulars inside our network': () => ({
    metadata: (honest) => ({ ...honest, userinfo_endpoint: `${canary.url}/me` }),
  }),
  'tokens that need no signature': {
    metadata: (honest) => ({ ...honest, id_token_signing_alg_values_supported: ['none'] }),
    token: (body) => ({ ...body, id_token: `${b64({ alg: 'none' })}.${partsOf(body)[1]}.` }),
  },
  'tokens that our own secret signs': () => ({
    metadata: (honest) => ({ ...honest, id_token_signing_alg_values_supported: ['HS256'] }),
    token: withHmac(issuer.clientSecret),
  }),
  'nothing, and sends elsewhere': () => ({
    answer: answerAt('/.well-known/openid-configuration', () => ({
      status: 302,
      headers: { location: `${canary.url}/.well-known/openid-configuration` },
    })),
  }),
  'a page': {
    answer: answerAt('/.well-known/openid-configuration', () => ({ headers: { 'content-type': 'text/html' } })),
  },
  'without an end': { metadata: (honest) => ({ ...honest, padding: 'x'.repeat(1_100_000) }) },
};

const liars = Object.keys(metadata).map((_name, index) => `liar-${index}`);

before(async () => {
  canary = await startCanary();
  issuer = await startFakeIssuer();
  const names = ['fake', 'other', ...liars];
  server = await startTestServer({ env: providersAt(issuer, names) });
  issuer.open(callbacksOf(server, names));
});
const counts = { tried: 0, accepted: 0, 'calls into our network': 0, 'rows left': 0 };
let subjects = 0;

function sitDown(tampering: Tampering | (() => Tampering) = {}): void {
  const subject = `s-hostile-${(subjects += 1)}`;
  issuer.account = { subject, email: `${subject}@example.com`, email_verified: true, name: subject };
  issuer.tampering = typeof tampering === 'function' ? tampering() : tampering;
}

function refused(name: string, { status, code, error }: Landed): void {
  counts.tried += 1;
  if (code !== null || error === null) counts.accepted += 1;
  assert.equal(code, null, name);
  assert.ok(status === 303 || (status >= 400 && status < 500), `${name}: ${status}`);
  assert.ok(error === 'IDENTITY_REFUSED' || error === 'NOT_FOUND', `${name}: ${error}`);
}

/** Without a lie all goes well, though the token was signed again on its way: what is refused is the lie. */
async function assertHonestWorks(): Promise<void> {
  for (const tampering of [{}, { token: claims((honest) => honest), userinfo: (body: Body) => ({ ...body }) }]) {
    sitDown(tampering);
    assert.equal((await signInAt(server, issuer)).__typename, 'SignInWithIdentityPayload');
  }
}

describe('an issuer’s answer is refused', () => {
  before(assertHonestWorks);
  for (const [name, tampering] of Object.entries(answers)) {
    test(name, async () => {
      sitDown(tampering);
      // What is only wrong about an address is told when the page asks for its sign-in.
      const { code, verifier, ...landed } = await visit(server, issuer);
      if (code === null) return refused(name, { code, ...landed });
      const answer = await signInWith(server, code, verifier);
      refused(name, { ...landed, code: answer.token ?? null, error: answer.code ?? answer.__typename });
    });
  }
  after(assertHonestWorks);
});

describe('what a browser brings back is refused', () => {
  for (const [name, change] of Object.entries(callbacks)) {
    test(name, async () => {
      sitDown();
      const { url } = await issuer.browse((await begin(server, 'fake')).url);
      const forged = await change(url);
      refused(name, await land(server, forged));
      // There is no second try, with the right answer neither, once a known state was used.
      if (new URL(forged).searchParams.getAll('state').join() === url.searchParams.get('state')) {
        refused(`${name}, then the right one`, await land(server, url));
      }
    });
  }

  test('the right answer, a second time', async () => {
    sitDown();
    const { url } = await issuer.browse((await begin(server, 'fake')).url);
    assert.ok((await land(server, url)).code);
    refused('again', await land(server, url));
  });

  test('the right answer, many times at once', async () => {
    sitDown();
    const { url } = await issuer.browse((await begin(server, 'fake')).url);
    const landed = await Promise.all(Array.from({ length: 8 }, () => land(server, url)));
    assert.equal(landed.filter(({ code }) => code !== null).length, 1);
  });

  test('an ID token of another visit of the same person', async () => {
    sitDown();
    let kept: unknown;
    issuer.tampering.token = (body) => ((kept = body['id_token']), body);
    await visit(server, issuer);
    issuer.tampering.token = (body) => ({ ...body, id_token: kept });
    refused('replayed', await visit(server, issuer));
  });
  after(assertHonestWorks);
});

describe('what an issuer says of itself is refused', () => {
  for (const [index, [name, tampering]] of Object.entries(metadata).entries()) {
    test(name, async () => {
      sitDown(tampering);
      const begun = await begin(server, liars[index] ?? '');
      if (begun.code) return refused(name, { status: 401, code: null, error: begun.code, page: '' });
      const { url } = await issuer.browse(begun.url);
      refused(name, await land(server, url));
    });
  }
});

after(async () => {
  counts['calls into our network'] = canary.hits();
  const client = new pg.Client(server.databaseUrl);
  await client.connect();
  const { rows } = await client.query(
    `select "subject" from "ExternalIdentity" where "subject" !~ '^s-hostile-' or "subject" = 's-victim'`,
  );
  await client.end();
  await server[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
  canary.close();
  counts['rows left'] = rows.length;
  report('answers of hostile issuers', counts);
  assert.ok(counts.tried >= 100, `${counts.tried}`);
  assert.deepEqual({ ...counts, tried: 0 }, { tried: 0, accepted: 0, 'calls into our network': 0, 'rows left': 0 });
});

async function startCanary() {
  let count = 0;
  const listener = createServer((_request, response) => {
    count += 1;
    response.end('{}');
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, hits: () => count, close: () => listener.close() };
}
