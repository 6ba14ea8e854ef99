import { ForbiddenError } from '../../errors/request-errors.ts';
import type { Viewer } from './viewer.ts';

/**
 * Throws FORBIDDEN for keys. What a person decides about themselves asks for no permission, so no scope keeps a key from
 * it. Gives the sign-in that asks.
 */
export function requirePerson({ signInId }: Pick<Viewer, 'signInId'>): string {
  if (signInId === null) throw new ForbiddenError('to be a person');
  return signInId;
}
