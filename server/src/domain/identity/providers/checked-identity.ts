import { z } from 'zod';
import type { ProvedIdentity } from './identity-client.ts';
import { IdentityRefusedError } from './providers.errors.ts';

/** What OpenID Connect lets a subject be, give or take the letters of other alphabets. */
const subjectShape = /^[^\p{Cc}\p{Cs}]{1,255}$/u;
const address = z.email().max(254);

/**
 * An identity whose parts are what they say, whoever proved them: a subject of a person's length on one line, and an
 * address that is one, else none. Throws IDENTITY_REFUSED.
 */
export function checkedIdentity(identity: ProvedIdentity): ProvedIdentity {
  if (!subjectShape.test(identity.subject)) throw new IdentityRefusedError('a subject that is none');
  const isAddress = address.safeParse(identity.email).success;
  return isAddress ? identity : { ...identity, email: null, isEmailVerified: false };
}
