import { createHash, randomUUID } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { UnauthenticatedError } from '../../../errors/request-errors.ts';
import type { Clock } from '../../../ports.ts';
import type { Viewer } from '../viewer.ts';
import { accessTokenSeconds } from './lifetimes.ts';
import type { SigningKeys } from './signing-keys.ts';

export type AccessTokens = ReturnType<typeof createAccessTokens>;
type Deps = { keys: Pick<SigningKeys, 'signer' | 'verifier'>; clock: Clock; issuer: string; audience: string };

/** Whom a token is for, beside what every token says. */
export type AccessGrant = Pick<Viewer, 'userId' | 'organizationId' | 'permissions'> & {
  signInId: string;
  /** Number of the refresh token that it came with. */
  generation: number;
  /** How far the organization's clock is ahead of ours, in milliseconds. */
  aheadMs: number;
};

/** What a good token says. Permissions are not among it: those are in the database. */
export type AccessClaims = {
  signInId: string;
  userId: string;
  organizationId: string;
  generation: number;
  /** By our time, as everybody else reads it. */
  expiresAt: Date;
  /** How far the organization's clock was ahead of ours when it was made, in milliseconds. */
  aheadMs: number;
};

const type = 'at+jwt';
/** Ours are half as long. What is longer costs no signature check. */
const lengthMax = 4_000;
/** Tokens that were good are not checked again: a signature costs more than all else of a small query. */
const rememberedMax = 2_000;

const claimsSchema = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  org: z.uuid(),
  gen: z.int().min(1),
  ahead: z.int().min(0).default(0),
  exp: z.number(),
});

/** Signed tokens (RFC 9068) that say who somebody is for an hour. Whether they still are, only the database knows. */
export function createAccessTokens({ keys, clock, issuer, audience }: Deps) {
  const good = new Map<string, AccessClaims & { keyId: string }>();

  async function verified(token: string): Promise<AccessClaims & { keyId: string }> {
    const { payload, protectedHeader } = await jwtVerify(
      token,
      async ({ kid }) => {
        const key = typeof kid === 'string' ? await keys.verifier(kid) : null;
        if (!key) throw new errors.JWKSNoMatchingKey();
        return key;
      },
      {
        algorithms: ['EdDSA'],
        typ: type,
        issuer,
        audience,
        currentDate: clock.now(),
        requiredClaims: ['iss', 'aud', 'sub', 'sid', 'org', 'iat', 'exp', 'jti'],
      },
    );
    const claims = claimsSchema.parse(payload);
    const { sub: userId, sid: signInId, org: organizationId, gen: generation, ahead: aheadMs, exp } = claims;
    const expiresAt = new Date(exp * 1000);
    return { signInId, userId, organizationId, generation, expiresAt, aheadMs, keyId: protectedHeader.kid ?? '' };
  }

  return {
    /** Signs a token for this sign-in. */
    async issue(grant: AccessGrant): Promise<{ token: string; expiresAt: Date }> {
      const { signInId, userId, organizationId, permissions, generation, aheadMs } = grant;
      const { id, algorithm, privateKey } = await keys.signer();
      const issuedAt = Math.floor(clock.now().getTime() / 1000);
      const exp = issuedAt + accessTokenSeconds;
      const token = await new SignJWT({
        sid: signInId,
        org: organizationId,
        scope: [...permissions].join(' '),
        gen: generation,
        ...(aheadMs > 0 && { ahead: aheadMs }),
      })
        .setProtectedHeader({ alg: algorithm, typ: type, kid: id })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setIssuedAt(issuedAt)
        .setExpirationTime(exp)
        .setJti(randomUUID())
        .sign(privateKey);
      return { token, expiresAt: new Date(exp * 1000) };
    },

    /** Throws UNAUTHENTICATED for what we did not sign, or not for this, and for what is over. */
    async read(token: string): Promise<AccessClaims> {
      if (token.length > lengthMax) throw new UnauthenticatedError({ reason: 'too long' });
      const digest = createHash('sha256').update(token).digest('base64');
      const known = good.get(digest);
      // A key may have been taken back since.
      if (known && known.expiresAt > clock.now() && (await keys.verifier(known.keyId))) return known;
      good.delete(digest);
      try {
        const claims = await verified(token);
        good.set(digest, claims);
        if (good.size > rememberedMax) good.delete(good.keys().next().value ?? '');
        return claims;
      } catch (error) {
        if (!(error instanceof errors.JOSEError) && !(error instanceof z.ZodError)) throw error;
        // Which check failed helps whoever forges more than whoever asks; the log has it.
        throw new UnauthenticatedError({ reason: 'code' in error ? error.code : 'claims', kind: 'accessToken' });
      }
    },
  };
}
