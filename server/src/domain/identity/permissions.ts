import type { ApiKeyScope, Role } from '@sightline/db/client';
import type { Permission } from './viewer.ts';

/** Adding a permission? This is the place: who has it by role, and which key scope gives it. */
const byRole = {
  OWNER: ['read', 'sources:write', 'sessions:write', 'keys:write', 'inference:use'],
  ADMIN: ['read', 'sources:write', 'sessions:write', 'keys:write', 'inference:use'],
  MEMBER: ['read', 'sources:write', 'sessions:write', 'inference:use'],
  OBSERVER: ['read'],
} as const satisfies Record<Role, readonly Permission[]>;

const byScope = {
  READ: ['read'],
  WRITE: ['sources:write', 'sessions:write'],
  INFER: ['inference:use'],
} as const satisfies Record<ApiKeyScope, readonly Permission[]>;

/** What a role may do; with `scopes`, only what both the role and the key's scopes allow. */
export function permissionsOf(role: Role, scopes: readonly ApiKeyScope[] | null): ReadonlySet<Permission> {
  const ofRole: readonly Permission[] = byRole[role];
  if (!scopes) return new Set(ofRole);
  const ofScopes = new Set<Permission>(scopes.flatMap((scope) => byScope[scope]));
  return new Set(ofRole.filter((permission) => ofScopes.has(permission)));
}
