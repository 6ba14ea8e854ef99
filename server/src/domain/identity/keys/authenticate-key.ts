import type { ApiKeyScope } from '@sightline/db/client';
import type { Pool } from 'pg';
import type { Clock } from '../../../ports.ts';
import { requireLiving } from '../authenticated.ts';
import type { Authenticator } from '../authenticated.ts';
import { findApiKeySql } from '../identity.queries.ts';
import { hashSecret } from '../tokens.ts';
import { viewerOf } from '../viewer-of.ts';
import type { ViewerRow } from '../viewer-of.ts';

type Deps = { pool: Pool; clock: Clock };
type Row = ViewerRow & { id: string; expiresAt: Date | null; revokedAt: Date | null; scopes: ApiKeyScope[] };

/** Programs, by their API key. */
export function createAuthenticateKey({ pool, clock }: Deps): Authenticator {
  return async function authenticateKey(secret, address) {
    const { rows } = await pool.query<Row>({ ...findApiKeySql, values: [Buffer.from(hashSecret(secret))] });
    const row = requireLiving(rows[0], 'apiKey', clock.now());
    const { id: apiKeyId, scopes, expiresAt } = row;
    return { viewer: viewerOf(row, { signInId: null, apiKeyId, scopes, provedAt: null, address }), expiresAt };
  };
}
