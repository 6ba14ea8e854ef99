import { createHash, randomBytes } from 'node:crypto';
import { isApiKey } from './keys/key-shape.ts';

/** The prefix tells a person, a log scanner and us what a secret is. */
const prefixes = { signIn: 'sls_', apiKey: 'slk_', oneTime: 'slo_' } as const;
type SecretKind = keyof typeof prefixes;

const shape = /^sls_[A-Za-z0-9_-]{43}$/;

/** A new secret of 256 random bits. Only its hash may be stored. */
export function newSecret(kind: SecretKind): string {
  return prefixes[kind] + randomBytes(32).toString('base64url');
}

/** SHA-256 is enough here, and a password hash would be waste: the secret is random, so it cannot be guessed. */
export function hashSecret(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(secret).digest());
}

/** What kind of credential this is by its looks, or null. */
export function secretKind(secret: string): 'apiKey' | 'signIn' | null {
  if (isApiKey(secret)) return 'apiKey';
  return shape.test(secret) ? 'signIn' : null;
}
