import type { ApiKeyScope } from '@sightline/db/client';
import type { Pool } from 'pg';
import type { Clock } from '../../../ports.ts';
import { oursAt, ownTime, requireLiving } from '../authenticated.ts';
import type { Authenticator } from '../authenticated.ts';
import { hashSecret } from '../tokens.ts';
import { viewerOf } from '../viewer-of.ts';
import type { ViewerRow } from '../viewer-of.ts';
import type { KeyLimit } from '../viewer.ts';
import { isAllowed } from './allowed-addresses.ts';
import { KeyAddressRefusedError } from './keys.errors.ts';
import { findApiKeySql, touchApiKeySql } from './keys.queries.ts';

type Deps = { pool: Pool; clock: Clock };
type Row = ViewerRow & {
  id: string;
  expiresAt: Date | null;
  revokedAt: Date | null;
  scopes: ApiKeyScope[];
  allowedAddresses: string[];
  lastUsedAt: Date | null;
  /** Whether it was found by the secret before the last re-roll. */
  isPrevious: boolean;
  previousExpiresAt: Date | null;
  limits: KeyLimit[] | null;
};

/** How exactly it is known when a key was last used: busy keys would otherwise write a row for each request. */
const touchMs = 60_000;

/** Programs, by their API key. Throws KEY_ADDRESS_REFUSED, too, from where the key may not be used. */
export function createAuthenticateKey({ pool, clock }: Deps): Authenticator {
  function touch({ id, lastUsedAt }: Row, now: Date): void {
    const longAgo = new Date(now.getTime() - touchMs);
    if (lastUsedAt && lastUsedAt > longAgo) return;
    // Nobody waits for it, and what fails is written by the next request.
    pool.query({ ...touchApiKeySql, values: [id, now, longAgo] }).catch(() => undefined);
  }

  return async function authenticateKey(secret, address) {
    const hash = Buffer.from(hashSecret(secret));
    const { rows } = await pool.query<Row>({ ...findApiKeySql, values: [hash] });
    const [found] = rows;
    const now = ownTime(clock.now(), found?.clockOffsetMs);
    const row = requireLiving(found && { ...found, expiresAt: endOf(found) }, 'apiKey', now);
    const { id: apiKeyId, scopes, expiresAt, allowedAddresses, limits } = row;
    if (!isAllowed(address, allowedAddresses)) throw new KeyAddressRefusedError(address, apiKeyId);
    touch(row, now);
    const endsAt = oursAt(expiresAt, row.clockOffsetMs);
    const proof = {
      signInId: null,
      apiKeyId,
      scopes,
      provedAt: null,
      address,
      endsAt: expiresAt,
      keyLimits: limits ?? [],
    };
    return { viewer: viewerOf(row, { ...proof, secretHash: hash.toString('hex') }), expiresAt: endsAt };
  };
}

/** The secret before a re-roll ends with its grace, or with the key. */
function endOf({ expiresAt, isPrevious, previousExpiresAt }: Row): Date | null {
  if (!isPrevious) return expiresAt;
  const graceEnd = previousExpiresAt ?? new Date(0);
  return expiresAt && expiresAt < graceEnd ? expiresAt : graceEnd;
}
