import type { Pool } from 'pg';
import { UnauthenticatedError } from '../../errors/request-errors.ts';
import type { Clock } from '../../ports.ts';
import type { PlaceFinder } from '../../ports/place-finder.ts';
import { createAuthenticateKey } from './keys/authenticate-key.ts';
import { createAuthenticateSignIn } from './authenticate-sign-in.ts';
import type { Authenticated } from './authenticated.ts';
import type { AccessTokens } from './tokens/access-tokens.ts';
import { secretKind } from './tokens.ts';

export type Authenticate = ReturnType<typeof createAuthenticate>;
type Deps = { pool: Pool; clock: Clock; places: PlaceFinder; accessTokens: Pick<AccessTokens, 'read'> };

/** Turns a secret into the viewer it stands for. Throws UNAUTHENTICATED for anything unknown, expired or revoked. */
export function createAuthenticate(deps: Deps) {
  const authenticators = { apiKey: createAuthenticateKey(deps), ...createAuthenticateSignIn(deps) };
  return async function authenticate(secret: string, address: string | null): Promise<Authenticated> {
    const kind = secretKind(secret);
    if (!kind) throw new UnauthenticatedError({ reason: 'malformed' });
    return authenticators[kind](secret, address);
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
