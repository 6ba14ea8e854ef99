import { createHash, randomBytes } from 'node:crypto';
import { isApiKey } from './keys/key-shape.ts';

/** The prefix tells a person, a log scanner and us what a secret is. */
const prefixes = { oneTime: 'slo_', code: 'slc_', deviceCode: 'sld_' } as const;
type SecretKind = keyof typeof prefixes;

/** Tokens of sign-ins from before there were access tokens. They go on until they are over. */
const signInShape = /^sls_[A-Za-z0-9_-]{43}$/;
/** Three parts in base64url, of which the first begins as any JSON object does. */
const accessTokenShape = /^eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** A new secret of 256 random bits. Only its hash may be stored. */
export function newSecret(kind: SecretKind): string {
  return prefixes[kind] + randomBytes(32).toString('base64url');
}

/** SHA-256 is enough here, and a password hash would be waste: the secret is random, so it cannot be guessed. */
export function hashSecret(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(secret).digest());
}

/** What kind of credential this is by its looks, or null. */
export function secretKind(secret: string): 'apiKey' | 'signIn' | 'accessToken' | null {
  if (isApiKey(secret)) return 'apiKey';
  if (signInShape.test(secret)) return 'signIn';
  return accessTokenShape.test(secret) ? 'accessToken' : null;
}
