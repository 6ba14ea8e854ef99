import { ForbiddenError } from '../../errors/request-errors.ts';
import type { Permission } from './permissions.ts';
import type { Viewer } from './viewer.ts';

type Asker = Pick<Viewer, 'permissions' | 'sourcePermissions'>;

/** Whether the viewer may do this anywhere: in the whole organization, or for some source. The rows decide the rest. */
export function canSomewhere({ permissions, sourcePermissions }: Asker, permission: Permission): boolean {
  return permissions.has(permission) || [...sourcePermissions.values()].some((given) => given.has(permission));
}

/** Whether the viewer may do this with that source, which is one of their organization. */
export function canWithSource({ permissions, sourcePermissions }: Asker, permission: Permission, sourceId: string) {
  return permissions.has(permission) || (sourcePermissions.get(sourceId)?.has(permission) ?? false);
}

/** Throws FORBIDDEN unless the viewer may do this with that source, which they may see. */
export function requireWithSource(asker: Asker, permission: Permission, sourceId: string): void {
  if (!canWithSource(asker, permission, sourceId)) throw new ForbiddenError(permission);
}

/** The sources the viewer may do this with; null: all of their organization. */
export function sourceIdsFor({ permissions, sourcePermissions }: Asker, permission: Permission): string[] | null {
  if (permissions.has(permission)) return null;
  return [...sourcePermissions].filter(([, given]) => given.has(permission)).map(([sourceId]) => sourceId);
}

/** A permission that `before` had and `after` has not, for whatever source; null: none. */
export function lostBetween(before: Asker, after: Asker): Permission | null {
  for (const permission of before.permissions) if (!after.permissions.has(permission)) return permission;
  for (const [sourceId, given] of before.sourcePermissions) {
    for (const permission of given) if (!canWithSource(after, permission, sourceId)) return permission;
  }
  return null;
}
