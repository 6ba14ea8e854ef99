import type { Pool } from 'pg';
import type { Clock } from '../../ports.ts';
import type { PlaceFinder } from '../../ports/place-finder.ts';
import { UnauthenticatedError } from '../../errors/request-errors.ts';
import { oursAt, ownTime, requireLiving } from './authenticated.ts';
import type { Authenticator } from './authenticated.ts';
import { findSignInByIdSql, findSignInSql, touchSignInSql } from './identity.queries.ts';
import type { AccessTokens } from './tokens/access-tokens.ts';
import { hashSecret } from './tokens.ts';
import { viewerOf } from './viewer-of.ts';
import type { ViewerRow } from './viewer-of.ts';

type Deps = { pool: Pool; clock: Clock; places: PlaceFinder; accessTokens: Pick<AccessTokens, 'read'> };
type Row = ViewerRow & { id: string; expiresAt: Date; revokedAt: Date | null; provedAt: Date; lastSeenAt: Date };
type TokenRow = Row & { counter: number | null; usedAt: Date | null };

/** How exactly people see when a device was last there. */
const seenMs = 60_000;

/** People, by an access token, or by an opaque token of before. */
export function createAuthenticateSignIn({ pool, clock, places, accessTokens }: Deps) {
  /** Writes down that the sign-in is in use, and that somebody got the tokens of `generation`. */
  async function touch(id: string, address: string | null, generation: number | null): Promise<void> {
    const place = address === null ? null : places.placeOf(address);
    await pool.query({ ...touchSignInSql, values: [id, clock.now(), address, place, generation] });
  }

  const isSeenLately = ({ lastSeenAt }: Row) => Math.abs(clock.now().getTime() - lastSeenAt.getTime()) < seenMs;

  const accessToken: Authenticator = async (secret, address) => {
    const claims = await accessTokens.read(secret);
    const { rows } = await pool.query<TokenRow>({ ...findSignInByIdSql, values: [claims.signInId] });
    const now = ownTime(clock.now(), rows[0]?.clockOffsetMs);
    const row = requireLiving(rows[0], 'accessToken', now);
    // A sandbox that has moved on since the token was made is that much nearer to its end.
    const endsAt = ownTime(claims.expiresAt, claims.aheadMs);
    if (endsAt <= now) {
      throw new UnauthenticatedError({ reason: 'expired', kind: 'accessToken', id: row.id });
    }
    const { id: signInId, provedAt, organizationId, userId, counter } = row;
    // Whoever acts in another organization since then has other tokens: nobody is to be billed for somebody else.
    if (organizationId !== claims.organizationId || userId !== claims.userId) {
      throw new UnauthenticatedError({ reason: 'of another organization', id: signInId });
    }
    const isFirstUse = row.usedAt === null && counter === claims.generation;
    if (isFirstUse || !isSeenLately(row)) await touch(signInId, address, isFirstUse ? counter : null);
    const viewer = viewerOf(row, { signInId, apiKeyId: null, scopes: null, provedAt, address, endsAt });
    return { viewer, expiresAt: claims.expiresAt };
  };

  const signIn: Authenticator = async (secret, address) => {
    const { rows } = await pool.query<Row>({ ...findSignInSql, values: [Buffer.from(hashSecret(secret))] });
    const row = requireLiving(rows[0], 'signIn', ownTime(clock.now(), rows[0]?.clockOffsetMs));
    const { id: signInId, provedAt } = row;
    const expiresAt = oursAt(row.expiresAt, row.clockOffsetMs);
    if (!isSeenLately(row)) await touch(signInId, address, null);
    const proof = { signInId, apiKeyId: null, scopes: null, provedAt, address, endsAt: row.expiresAt };
    return { viewer: viewerOf(row, proof), expiresAt };
  };

  return { accessToken, signIn };
}
