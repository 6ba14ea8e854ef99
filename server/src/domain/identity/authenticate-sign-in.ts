import type { Pool } from 'pg';
import type { Clock } from '../../ports.ts';
import { requireLiving } from './authenticated.ts';
import type { Authenticator } from './authenticated.ts';
import { findSignInSql } from './identity.queries.ts';
import { hashSecret } from './tokens.ts';
import { viewerOf } from './viewer-of.ts';
import type { ViewerRow } from './viewer-of.ts';

type Deps = { pool: Pool; clock: Clock };
type Row = ViewerRow & { id: string; expiresAt: Date; revokedAt: Date | null; provedAt: Date };

/** People, by the token of a sign-in. */
export function createAuthenticateSignIn({ pool, clock }: Deps): Authenticator {
  return async function authenticateSignIn(secret, address) {
    const { rows } = await pool.query<Row>({ ...findSignInSql, values: [Buffer.from(hashSecret(secret))] });
    const row = requireLiving(rows[0], 'signIn', clock.now());
    const { id: signInId, provedAt, expiresAt } = row;
    return { viewer: viewerOf(row, { signInId, apiKeyId: null, scopes: null, provedAt, address }), expiresAt };
  };
}
