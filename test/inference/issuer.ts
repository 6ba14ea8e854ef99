import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { organizationId } from './caller-server.ts';

export const issuerName = 'https://issuer.example';
export const audience = 'sightline';

type Header = Record<string, unknown>;
type Claims = Record<string, unknown>;
export type SigningKey = { kid: string; alg: string; privateKey: KeyObject; publicKey: KeyObject };

export const encode = (part: object | string): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

const makers: Record<string, () => { privateKey: KeyObject; publicKey: KeyObject }> = {
  EdDSA: () => generateKeyPairSync('ed25519'),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  RS256short: () => generateKeyPairSync('rsa', { modulusLength: 1_024 }),
};

export function createSigningKey(alg: string, kid: string, kind = alg): SigningKey {
  const make = makers[kind] ?? makers['RS256'];
  if (!make) throw new Error(`No keys for ${alg}.`);
  return { kid, alg, ...make() };
}

/** As it is published. */
export const publicJwk = ({ kid, alg, publicKey }: SigningKey, more: object = {}) => ({
  ...publicKey.export({ format: 'jwk' }),
  kid,
  alg,
  use: 'sig',
  ...more,
});

/** Claims that are good at `nowMs`. */
export const goodClaims = (nowMs: number): Claims => ({
  iss: issuerName,
  aud: audience,
  org: organizationId,
  sub: 'program-1',
  scope: 'read inference:use',
  iat: Math.floor(nowMs / 1_000),
  exp: Math.floor(nowMs / 1_000) + 300,
});

/** Signs what it is given, however wrong; `signWith` replaces the signature. */
export function signToken(
  key: SigningKey,
  claims: Claims,
  header: Header = {},
  signWith: (input: string) => Buffer = (input) => signatureOf(key, input),
): string {
  const input = `${encode({ alg: key.alg, kid: key.kid, typ: 'JWT', ...header })}.${encode(claims)}`;
  return `${input}.${signWith(input).toString('base64url')}`;
}

function signatureOf({ alg, privateKey }: SigningKey, input: string): Buffer {
  const digest = alg === 'EdDSA' ? null : alg.endsWith('384') ? 'sha384' : 'sha256';
  const isElliptic = alg.startsWith('ES');
  return sign(digest, Buffer.from(input), isElliptic ? { key: privateKey, dsaEncoding: 'ieee-p1363' } : privateKey);
}

/** Publishes keys, which may be changed at any time; null is an issuer that is away. `asked` counts who came for them. */
export async function startIssuer(keys: object[] | null) {
  const state = { keys, asked: 0 };
  const server = createServer((_request, response) => {
    state.asked++;
    if (state.keys === null) response.destroy();
    else response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: state.keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    state,
    keysUrl: `http://127.0.0.1:${port}/jwks.json`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
