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

/** The sources the viewer may do this with; null: all of their organization. */
export function sourceIdsFor({ permissions, sourcePermissions }: Asker, permission: Permission): string[] | null {
  if (permissions.has(permission)) return null;
  return [...sourcePermissions].filter(([, given]) => given.has(permission)).map(([sourceId]) => sourceId);
}
