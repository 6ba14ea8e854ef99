import { UnauthenticatedError } from '../../../errors/request-errors.ts';
import type { Viewer } from '../viewer.ts';

/** Throws UNAUTHENTICATED for a key: what is somebody's own is changed by themselves, signed in. */
export function requirePerson<Person extends Pick<Viewer, 'signInId'>>(viewer: Person): Person & { signInId: string } {
  const { signInId } = viewer;
  if (signInId === null) throw new UnauthenticatedError({ reason: 'a key is not a person' });
  return { ...viewer, signInId };
}
