import type { ApiKeyScope, Role } from '@sightline/db/client';
import type { Pool } from 'pg';
import { UnauthenticatedError } from '../../errors/request-errors.ts';
import type { Clock } from '../../ports.ts';
import { findApiKeySql, findSignInSql } from './identity.queries.ts';
import { permissionsOf } from './permissions.ts';
import { hashSecret, secretKind } from './tokens.ts';
import type { Viewer } from './viewer.ts';

export type Authenticate = ReturnType<typeof createAuthenticate>;
type Deps = { pool: Pool; clock: Clock };

type Row = {
  id: string;
  organizationId: string;
  userId: string;
  role: Role;
  expiresAt: Date | null;
  revokedAt: Date | null;
  scopes?: ApiKeyScope[];
};

/** A viewer and until when the proof holds; null means it does not end by itself. */
export type Authenticated = { viewer: Viewer; expiresAt: Date | null };

/** Turns a secret into the viewer it stands for. Throws UNAUTHENTICATED for anything unknown, expired or revoked. */
export function createAuthenticate({ pool, clock }: Deps) {
  return async function authenticate(secret: string): Promise<Authenticated> {
    const kind = secretKind(secret);
    if (!kind) throw new UnauthenticatedError({ reason: 'malformed' });
    const query = kind === 'apiKey' ? findApiKeySql : findSignInSql;
    const { rows } = await pool.query<Row>({ ...query, values: [Buffer.from(hashSecret(secret))] });
    const row = rows[0];
    if (!row) throw new UnauthenticatedError({ reason: 'unknown', kind });
    if (row.revokedAt) throw new UnauthenticatedError({ reason: 'revoked', kind, id: row.id });
    if (row.expiresAt && row.expiresAt <= clock.now())
      throw new UnauthenticatedError({ reason: 'expired', kind, id: row.id });
    const viewer: Viewer = {
      organizationId: row.organizationId,
      userId: row.userId,
      role: row.role,
      signInId: kind === 'signIn' ? row.id : null,
      apiKeyId: kind === 'apiKey' ? row.id : null,
      permissions: permissionsOf(row.role, row.scopes ?? null),
    };
    return { viewer, expiresAt: row.expiresAt };
  };
}

/** The secret in an `Authorization: Bearer …` header; null when there is no such header. */
export function bearerOf(authorization: string | undefined): string | null {
  if (authorization === undefined) return null;
  const [scheme, secret, ...rest] = authorization.split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !secret || rest.length > 0) {
    throw new UnauthenticatedError({ reason: 'not a bearer header' });
  }
  return secret;
}
