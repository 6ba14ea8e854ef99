import type { Permission, Role } from '@sightline/core';

/** In the order in which people think of them. */
export const roles = ['OWNER', 'ADMIN', 'OPERATOR', 'VIEWER', 'BILLING', 'GUEST'] as const satisfies readonly Role[];

/**
 * What each role may do in the whole organization, as the server decides it: it tells nobody what roles allow, only what one may do
 * oneself. A test compares both.
 */
export const roleTable = {
  READ: ['OWNER', 'ADMIN', 'OPERATOR', 'VIEWER'],
  SOURCES_WRITE: ['OWNER', 'ADMIN', 'OPERATOR'],
  SESSIONS_WRITE: ['OWNER', 'ADMIN', 'OPERATOR'],
  INFERENCE_USE: ['OWNER', 'ADMIN', 'OPERATOR'],
  KEYS_WRITE: ['OWNER', 'ADMIN'],
  MEMBERS_READ: ['OWNER', 'ADMIN', 'OPERATOR', 'VIEWER', 'BILLING'],
  MEMBERS_WRITE: ['OWNER', 'ADMIN'],
  ROLES_WRITE: ['OWNER', 'ADMIN'],
  ORGANIZATION_WRITE: ['OWNER', 'ADMIN'],
  ORGANIZATION_DELETE: ['OWNER'],
  AUDIT_READ: ['OWNER', 'ADMIN'],
  BILLING_READ: ['OWNER', 'ADMIN', 'BILLING'],
  BILLING_WRITE: ['OWNER', 'BILLING'],
  CLOCK_WRITE: ['OWNER', 'ADMIN'],
} as const satisfies Record<Permission, readonly Role[]>;

const table: Readonly<Record<Permission, readonly Role[]>> = roleTable;

export const allows = (role: Role, permission: Permission): boolean => table[permission].includes(role);

/** What can be given for single sources. */
export const sourcePermissions = ['READ', 'SOURCES_WRITE', 'SESSIONS_WRITE'] as const satisfies readonly Permission[];

/** Whether somebody with these permissions may give or take this role: nobody gives more than they have. */
export const mayGive = (own: readonly Permission[], role: Role): boolean =>
  (Object.keys(table) as Permission[]).every((name) => !allows(role, name) || own.includes(name));
