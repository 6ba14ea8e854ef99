import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { createLru } from '../cache/lru.ts';
import { SidecarError } from '../errors.ts';
import type { KeySet } from './jwks.ts';

/** Whose a signed token is. */
export type SignedIdentity = {
  organizationId: string;
  permissions: readonly string[];
  /** What the issuer calls the one who asks; null when it does not say. */
  subject: string | null;
  weight: number | null;
  /** The sign-in at our own server that it is of; null for tokens of other issuers. */
  signInId: string | null;
};

export type ReadSignedToken = (token: string, key: string) => Promise<SignedIdentity>;

type Deps = { keys: KeySet; issuer: string; audience: string; now(): number };

/** Signatures of public keys alone: with a shared secret whoever can check could also sign. */
const algorithms = ['EdDSA', 'RS256', 'ES256'];
/** Clocks of two machines are never quite the same. */
const leewaySeconds = 30;
/** A token that was good is not checked again for this long. */
const rememberMs = 60_000;
const rememberedMax = 1_000;

/** A token made for something else is not a key to this (RFC 8725, 3.11). */
const types = new Set([undefined, 'jwt', 'at+jwt']);

const claimsSchema = z.object({
  // Usage is recorded under it.
  org: z.uuid(),
  scope: z.string().max(2_000).default(''),
  weight: z.number().min(1).max(100).optional(),
  sub: z.string().min(1).max(300).optional(),
  sid: z.uuid().optional().catch(undefined),
  exp: z.number(),
});

/** Whether a token can only be meant as a signed one: such a token is never shown to anybody else. */
export const looksSigned = (token: string): boolean => /^eyJ|\..*\./.test(token);

/**
 * Checks signed tokens (RFC 7519) against the issuer's keys, without asking anybody. Throws UNAUTHENTICATED, and
 * SERVICE_UNAVAILABLE while there are no keys. `key` is the token's digest: tokens themselves are not kept.
 */
export function createReadSignedToken({ keys, issuer, audience, now }: Deps): ReadSignedToken {
  const good = createLru<{ identity: SignedIdentity; until: number; generation: number }>({
    entriesMax: rememberedMax,
    bytesMax: Infinity,
  });

  return async function readSignedToken(token, key) {
    const known = good.get(key);
    if (known && known.until > now() && known.generation === keys.generation) return known.identity;
    const { claims, generation } = await verified(token);
    const { org: organizationId, scope, sub: subject = null, sid: signInId = null, weight = null, exp } = claims;
    const identity = { organizationId, permissions: scope.split(' ').filter(Boolean), subject, weight, signInId };
    const until = Math.min(now() + rememberMs, (exp + leewaySeconds) * 1_000);
    good.set(key, { identity, until, generation }, 0);
    return identity;
  };

  async function verified(token: string) {
    // Before the keys are looked at: they may change meanwhile.
    const { generation } = keys;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys.find, {
        algorithms,
        issuer,
        audience,
        clockTolerance: leewaySeconds,
        currentDate: new Date(now()),
        requiredClaims: ['exp', 'iss', 'aud', 'org'],
      });
      const { typ } = protectedHeader;
      if (!types.has(typ?.toLowerCase().replace(/^application\//, ''))) throw new Error(`A token of type ${typ}.`);
      return { claims: claimsSchema.parse(payload), generation };
    } catch (error) {
      if (error instanceof SidecarError) throw error;
      const isOver = error instanceof errors.JWTExpired;
      // Which check failed helps whoever forges more than whoever asks; the log has it.
      throw new SidecarError('UNAUTHENTICATED', isOver ? 'This token is over.' : 'This token is not valid here.', {
        internal: { reason: error instanceof Error ? error.message : String(error) },
      });
    }
  }
}
