import assert from 'node:assert/strict';
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { graphql } from '../harness/graphql.ts';
import { signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import { worksAs } from '../api/tokens/tokens.ts';
import { report } from './report.ts';

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
type Signer = (text: string) => Buffer;

/** A token made by hand: nothing checks it before the server does. */
const make = (header: unknown, payload: unknown, signer: Signer) => {
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${signer(text).toString('base64url')}`;
};

test('of the tokens that others make, change, or make for something else, none is taken', async () => {
  await using server = await startTestServer();
  const person = await signUp(server);
  const { keys } = (await (await fetch(`${server.url}/.well-known/jwks.json`)).json()) as { keys: JsonWebKey[] };
  const publicJwk = keys[0]!;
  const publicKey = createPublicKey({ key: publicJwk, format: 'jwk' });
  const header = { ...decodeProtectedHeader(person.token) };
  const payload = decodeJwt(person.token);
  const [head = '', body = '', signature = ''] = person.token.split('.');

  const mine = generateKeyPairSync('ed25519');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const byMe: Signer = (text) => sign(null, Buffer.from(text), mine.privateKey);
  const byHash =
    (key: KeyObject, hash = 'sha256'): Signer =>
    (text) =>
      sign(hash, Buffer.from(text), key);
  const byHmac =
    (secret: string | Buffer): Signer =>
    (text) =>
      createHmac('sha256', secret).update(text).digest();
  const nothing: Signer = () => Buffer.alloc(0);
  const kept: Signer = () => Buffer.from(signature, 'base64url');
  const myJwk = mine.publicKey.export({ format: 'jwk' });
  const now = Math.floor(Date.now() / 1000);
  const spki = publicKey.export({ format: 'pem', type: 'spki' });

  const forged: Record<string, string> = {
    'alg none, no signature': make({ ...header, alg: 'none' }, payload, nothing),
    'alg None': make({ ...header, alg: 'None' }, payload, nothing),
    'alg NONE with the old signature': make({ ...header, alg: 'NONE' }, payload, kept),
    'no alg': make({ typ: header.typ, kid: header.kid }, payload, byMe),
    'alg is a list': make({ ...header, alg: ['EdDSA'] }, payload, byMe),
    'HS256 with the public key as PEM': make({ ...header, alg: 'HS256' }, payload, byHmac(spki)),
    'HS256 with the public key as DER': make(
      { ...header, alg: 'HS256' },
      payload,
      byHmac(publicKey.export({ format: 'der', type: 'spki' })),
    ),
    'HS256 with the key’s x': make(
      { ...header, alg: 'HS256' },
      payload,
      byHmac(Buffer.from(publicJwk.x ?? '', 'base64url')),
    ),
    'HS256 with an empty key': make({ ...header, alg: 'HS256' }, payload, byHmac('')),
    'RS256 of another': make({ ...header, alg: 'RS256' }, payload, byHash(rsa.privateKey)),
    'ES256 of another': make({ ...header, alg: 'ES256' }, payload, byHash(ec.privateKey)),
    'EdDSA of another key under our kid': make(header, payload, byMe),
    'its own key in jwk': make({ ...header, jwk: myJwk }, payload, byMe),
    'its own key in jwk, no kid': make({ alg: 'EdDSA', typ: 'at+jwt', jwk: myJwk }, payload, byMe),
    'a jku': make({ ...header, jku: 'https://evil.example/jwks.json' }, payload, byMe),
    'an x5u': make({ ...header, x5u: 'https://evil.example/cert.pem' }, payload, byMe),
    'an x5c': make({ ...header, x5c: [encode('certificate')] }, payload, byMe),
    'kid is a path': make({ ...header, kid: '../../../../dev/null' }, payload, byHmac('')),
    'kid is SQL': make({ ...header, kid: "' or '1'='1" }, payload, byMe),
    'kid is unknown': make({ ...header, kid: '01a1ff46-0000-7000-8000-000000000000' }, payload, byMe),
    'kid is a number': make({ ...header, kid: 1 }, payload, byMe),
    'kid is __proto__': make({ ...header, kid: '__proto__' }, payload, byMe),
    'no kid': make({ alg: header.alg, typ: header.typ }, payload, kept),
    'empty signature': `${head}.${body}.`,
    'a signature of zeros': `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`,
    'a signature cut short': `${head}.${body}.${signature.slice(0, -4)}`,
    'a signature with one bit changed': `${head}.${body}.${(signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)}`,
    'another person': make(header, { ...payload, sub: '01a1ff46-0000-7000-8000-000000000000' }, kept),
    'another sign-in': make(header, { ...payload, sid: '01a1ff46-0000-7000-8000-000000000000' }, kept),
    'another organization': make(header, { ...payload, org: '01a1ff46-0000-7000-8000-000000000000' }, kept),
    'a longer life': make(header, { ...payload, exp: now + 1e9 }, kept),
    'a crit that nobody knows': make({ ...header, crit: ['b64'], b64: false }, payload, kept),
    'a crit of one’s own': make({ ...header, crit: ['x'], x: 1 }, payload, byMe),
    'b64 false': make({ ...header, b64: false }, payload, kept),
    'zip bomb header': make({ ...header, zip: 'DEF' }, payload, byMe),
    'an encrypted token': `${encode({ alg: 'dir', enc: 'A256GCM' })}..${encode('iv')}.${encode('text')}.${encode('tag')}`,
    'two payloads': `${head}.${body}.${body}.${signature}`,
    'a nested token': make({ ...header, cty: 'JWT' }, encode(person.token), byMe),
    'duplicate keys in the header': `${encode('{"alg":"EdDSA","alg":"none","typ":"at+jwt"}')}.${body}.${signature}`,
    'duplicate keys in the payload': `${head}.${encode(`{"sub":"x",${JSON.stringify(payload).slice(1)}`)}.${signature}`,
    'a payload that is no JSON': make(header, 'x', byMe),
    'a payload that is a list': make(header, [payload], byMe),
    'a payload of null': make(header, 'null', byMe),
    'a header that is no JSON': `${encode('x')}.${body}.${signature}`,
    'base64 that is not url-safe': `${head}.${body}.${signature.replaceAll('-', '+').replaceAll('_', '/')}=`,
    'a newline behind it': `${person.token}%0a`,
    huge: make(header, { ...payload, junk: 'x'.repeat(5_000) }, byMe),
    'upper case': person.token.toUpperCase(),
  };
  let accepted = 0;
  const taken: string[] = [];
  for (const [what, token] of Object.entries(forged)) {
    const answer = await graphql(server, '{ viewer { role } }', {}, { token });
    if (answer.errors.length === 0 && answer.data.viewer !== null) {
      accepted += 1;
      taken.push(what);
    } else answer.expectCode('UNAUTHENTICATED');
  }

  // Those that our own key signed, for something else. Another server has other words and the same keys.
  await using elsewhere = await startTestServer({
    databaseUrl: server.databaseUrl,
    env: { JWT_ISSUER: 'another', JWT_AUDIENCE: 'another' },
  });
  await using audience = await startTestServer({ databaseUrl: server.databaseUrl, env: { JWT_AUDIENCE: 'another' } });
  for (const other of [elsewhere, audience]) {
    const { token } = await signUp(other);
    assert.ok(await worksAs(other, token));
    if (await worksAs(server, token)) {
      accepted += 1;
      taken.push('signed by us, for another audience or of another name');
    }
  }
  report('forged access tokens', { tried: Object.keys(forged).length + 2, accepted });
  assert.deepEqual(taken, []);
  assert.ok(Object.keys(forged).length >= 30);
  assert.equal(await worksAs(server, person.token), person.email, 'and the real one still is');
});
