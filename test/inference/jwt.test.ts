import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { startCallerServer } from './caller-server.ts';
import {
  audience,
  createSigningKey,
  encode,
  goodClaims,
  issuerName,
  publicJwk,
  signToken,
  startIssuer,
} from './issuer.ts';
import { bearer, refusal, startSidecar } from './sidecar.ts';

const ed = createSigningKey('EdDSA', 'ed-1');
const es = createSigningKey('ES256', 'es-1');
const rs = createSigningKey('RS256', 'rs-1');

/** A sidecar that trusts one issuer, on a clock that stands still until it is moved. */
async function startWorld(keys: object[] | null = [publicJwk(ed), publicJwk(es), publicJwk(rs)]) {
  await using opened = new AsyncDisposableStack();
  const clock = { nowMs: Date.now() };
  const server = opened.use(await startCallerServer());
  const issuer = opened.use(await startIssuer(keys));
  const sidecar = opened.use(
    await startSidecar(
      { serverUrl: server.serverUrl, signedTokens: { keysUrl: issuer.keysUrl, issuer: issuerName, audience } },
      { now: () => clock.nowMs },
    ),
  );
  const answer = async (token: string) => {
    const response = await fetch(`${sidecar.url}/models`, { headers: bearer(token) });
    if (response.status !== 200) return refusal(response);
    await response.body?.cancel();
    return '200';
  };
  const lifetime = opened.move();
  return {
    clock,
    server,
    issuer: issuer.state,
    answer,
    good: (key = ed, claims: Record<string, unknown> = {}) => signToken(key, { ...goodClaims(clock.nowMs), ...claims }),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

test('a signed token lets in whom its issuer says, without asking the server', async (t) => {
  await using world = await startWorld();
  const { answer, good, clock } = world;
  const seconds = Math.floor(clock.nowMs / 1_000);
  const allowed: Record<string, string> = {
    EdDSA: good(ed),
    ES256: good(es),
    RS256: good(rs),
    'one audience of many': good(ed, { aud: ['other', audience] }),
    'of the type of access tokens': signToken(ed, goodClaims(clock.nowMs), { typ: 'at+jwt' }),
    'over for less than clocks differ': good(ed, { exp: seconds - 20 }),
    'valid in less than clocks differ': good(ed, { nbf: seconds + 20 }),
    'with a weight': good(ed, { weight: 100 }),
    'without a subject': good(ed, { sub: undefined }),
  };
  for (const [name, token] of Object.entries(allowed)) {
    await t.test(name, async () => assert.equal(await answer(token), '200'));
  }
  assert.equal(await answer(good(ed, { scope: 'read' })), '403 FORBIDDEN');
  assert.deepEqual([world.server.asked, world.issuer.asked], [[], 1]);
});

test('forged and misused tokens are refused, and never shown to the server', async (t) => {
  await using world = await startWorld([publicJwk(ed), publicJwk(es), publicJwk(rs), encryptionKey(), sharedSecret()]);
  const { answer, good, clock } = world;
  const claims = goodClaims(clock.nowMs);
  const seconds = Math.floor(clock.nowMs / 1_000);
  const stranger = createSigningKey('EdDSA', 'ed-1');
  const short = createSigningKey('RS256', 'short', 'RS256short');
  const [head = '', body = '', signature = ''] = good().split('.');
  const hmac = (secret: string | Buffer) => (input: string) => createHmac('sha256', secret).update(input).digest();
  const pem = rs.publicKey.export({ type: 'spki', format: 'pem' });
  const none = (alg: unknown) => `${encode({ alg, typ: 'JWT' })}.${encode(claims)}.`;

  const forged: Record<string, string> = {
    'alg none': none('none'),
    'alg NONE': none('NONE'),
    'alg nOnE': none('nOnE'),
    'alg none with a signature': `${encode({ alg: 'none', kid: 'ed-1' })}.${body}.${signature}`,
    'no alg': none(undefined),
    'an alg that is no word': none(['EdDSA']),
    'the public key as a shared secret': signToken(rs, claims, { alg: 'HS256' }, hmac(pem)),
    'the public key as a shared secret, DER': signToken(
      rs,
      claims,
      { alg: 'HS256' },
      hmac(rs.publicKey.export({ type: 'spki', format: 'der' })),
    ),
    'an empty shared secret': signToken(ed, claims, { alg: 'HS256' }, hmac('')),
    'a published shared secret': signToken(ed, claims, { alg: 'HS256', kid: 'shared' }, hmac('published-secret')),
    'another key of the same name': signToken(stranger, claims),
    'the alg of another key': signToken(es, claims, { kid: 'rs-1' }),
    'an alg that nobody agreed on': signToken(createSigningKey('ES384', 'es-1'), claims),
    'RSA-PSS with the key for RS256': signToken(rs, claims, { alg: 'PS256' }),
    'a key that is too short': signToken(short, claims),
    'a key for encryption': signToken(createSigningKey('RS256', 'enc-1'), claims),
    'no signature': `${head}.${body}.`,
    'a cut signature': `${head}.${body}.${signature.slice(0, -4)}`,
    'a changed signature': `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    'changed claims': `${head}.${encode({ ...claims, org: '01930000-0000-7000-8000-00000000000f' })}.${signature}`,
    'a changed header': `${encode({ alg: 'EdDSA', kid: 'ed-1', x: 1 })}.${body}.${signature}`,
    'a signature of nothing': signToken(es, claims, {}, () => Buffer.alloc(64)),
    'two parts': `${head}.${body}`.replace('.', '..'),
    'four parts': `${good()}.${signature}`,
    'five parts, as if encrypted': `${encode({ alg: 'dir', enc: 'A256GCM' })}..${body}.${signature}.${signature}`,
    'a key it brings along': signToken(stranger, claims, { kid: undefined, jwk: publicJwk(stranger) }),
    'a key it points at': signToken(stranger, claims, { jku: 'http://127.0.0.1:9/evil.json' }),
    'a certificate it brings along': signToken(stranger, claims, { x5c: ['AAAA'] }),
    'a key in a file': signToken(stranger, claims, { kid: '../../dev/null' }),
    'a key by injection': signToken(stranger, claims, { kid: "x' union select 'secret" }),
    'an extension that must be understood': signToken(ed, claims, { crit: ['exp2'], exp2: 1 }),
    'an extension that is not there': signToken(ed, claims, { crit: ['exp2'] }),
    'claims that are not encoded': signToken(ed, claims, { b64: false, crit: ['b64'] }),
    'made for something else': signToken(ed, claims, { typ: 'logout+jwt' }),
    'a type that is no word': signToken(ed, claims, { typ: 7 }),
    'of another issuer': good(ed, { iss: 'https://evil.example' }),
    'of an issuer whose name goes on': good(ed, { iss: `${issuerName}.evil.example` }),
    'of no issuer': good(ed, { iss: undefined }),
    'for somebody else': good(ed, { aud: 'another-service' }),
    'for nobody': good(ed, { aud: undefined }),
    over: good(ed, { exp: seconds - 31 }),
    'that never ends': good(ed, { exp: undefined }),
    'with an end that is no number': good(ed, { exp: '9999999999' }),
    'not valid yet': good(ed, { nbf: seconds + 31 }),
    'of no organization': good(ed, { org: undefined }),
    'of an organization that is no id': good(ed, { org: '../other' }),
    'of many organizations': good(ed, { org: [claims['org']] }),
    'with scopes that are a list': good(ed, { scope: ['inference:use'] }),
    'with more weight than there is': good(ed, { weight: 101 }),
    'with a weight below none': good(ed, { weight: -1 }),
    'claims that are a list': `${head}.${encode('[]')}.${signature}`,
    'claims that are no JSON': signToken(ed, claims).replace(body, encode('{')),
    'longer than a header': good(ed, { more: 'x'.repeat(8_000) }),
  };
  assert.ok(Object.keys(forged).length >= 25);
  for (const [name, token] of Object.entries(forged)) {
    await t.test(name, async () => assert.equal(await answer(token), '401 UNAUTHENTICATED'));
  }
  assert.deepEqual(world.server.asked, []);
  assert.equal(await answer(good()), '200', 'the good one still is');

  function encryptionKey() {
    return publicJwk(createSigningKey('RS256', 'enc-1'), { use: 'enc' });
  }
  function sharedSecret() {
    return { kty: 'oct', kid: 'shared', k: encode('published-secret') };
  }
});

test('a new key is fetched when it is first met, at most once in 30 s, whatever strangers name', async () => {
  await using world = await startWorld([publicJwk(ed)]);
  const { answer, good, clock, issuer } = world;
  assert.equal(await answer(good()), '200');

  const rotated = createSigningKey('EdDSA', 'ed-2');
  issuer.keys = [publicJwk(ed), publicJwk(rotated)];
  assert.equal(await answer(good(rotated)), '401 UNAUTHENTICATED');
  clock.nowMs += 30_000;
  assert.deepEqual(await Promise.all([answer(good(rotated)), answer(good(rotated))]), ['200', '200']);
  assert.equal(issuer.asked, 2);

  for (let n = 0; n < 20; n++) {
    assert.equal(await answer(good(createSigningKey('EdDSA', `guess-${n}`))), '401 UNAUTHENTICATED');
  }
  assert.equal(issuer.asked, 2);
  assert.equal(await answer(good()), '200', 'the old key stays until it is taken back');

  issuer.keys = [publicJwk(rotated)];
  clock.nowMs += 300_000;
  // Asked for again beside the work: the request that notices is not kept waiting.
  const old = good();
  while ((await answer(old)) === '200');
  assert.equal(await answer(old), '401 UNAUTHENTICATED');
  assert.equal(await answer(good(rotated)), '200');
});

test('while the issuer is away its keys are trusted for a day, and without any nobody gets in', async () => {
  await using world = await startWorld([publicJwk(ed)]);
  const { answer, good, clock, issuer } = world;
  issuer.keys = null;
  assert.equal(await answer(good()), '503 SERVICE_UNAVAILABLE');
  issuer.keys = [publicJwk(ed)];
  clock.nowMs += 1_000;
  assert.equal(await answer(good()), '200');

  issuer.keys = null;
  clock.nowMs += 23 * 3_600_000;
  assert.equal(await answer(good()), '200');
  clock.nowMs += 3_600_000;
  assert.equal(await answer(good()), '503 SERVICE_UNAVAILABLE');
});

test('a token that was checked is refused when it is over all the same', async () => {
  await using world = await startWorld();
  const token = world.good(ed, { exp: Math.floor(world.clock.nowMs / 1_000) + 10 });
  assert.equal(await world.answer(token), '200');
  world.clock.nowMs += 41_000;
  assert.equal(await world.answer(token), '401 UNAUTHENTICATED');
});

test('without an issuer a signed token is a token like any other, which the server knows or not', async () => {
  await using server = await startCallerServer();
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl });
  const token = signToken(ed, goodClaims(Date.now()));
  const response = await fetch(`${sidecar.url}/models`, { headers: bearer(token) });
  assert.equal(await refusal(response), '401 UNAUTHENTICATED');
  assert.deepEqual(server.asked, [token]);
});
