import { ForbiddenError } from '../../errors/request-errors.ts';
import { ScopeMissingError } from './keys/keys.errors.ts';
import { permissions, permissionsOf } from './permissions.ts';
import type { Viewer } from './viewer.ts';

/** Why a viewer may not: whether the role does not allow it, or only the scopes of the key do not. */
export function refusalOf({ apiKeyId, role }: Pick<Viewer, 'apiKeyId' | 'role'>, name: string) {
  const permission = permissions.find((each) => each === name);
  const lacksScope = apiKeyId !== null && permission !== undefined && permissionsOf(role, null).has(permission);
  return lacksScope ? new ScopeMissingError(permission) : new ForbiddenError(name);
}
