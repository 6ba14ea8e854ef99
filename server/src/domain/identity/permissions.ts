import type { ApiKeyScope, Role } from '@sightline/db/client';

type Rule = {
  /** What it allows, for people who compose a role. */
  description: string;
  roles: readonly Role[];
  /** The scope that a key needs for it; null: no key can have it. */
  scope: ApiKeyScope | null;
  /** Whether a custom role may give it for single sources. */
  perSource: boolean;
};

/** Who may do what: adding a permission or changing what a role may do is a change of this table, and of nothing else. */
export const permissionTable = {
  read: {
    description: 'See sources, sessions, events and their pictures.',
    roles: ['OWNER', 'ADMIN', 'OPERATOR', 'VIEWER'],
    scope: 'READ',
    perSource: true,
  },
  'sources:write': {
    description: 'Make, change and remove sources and uploads.',
    roles: ['OWNER', 'ADMIN', 'OPERATOR'],
    scope: 'WRITE',
    perSource: true,
  },
  'sessions:write': {
    description: 'Start and stop sessions.',
    roles: ['OWNER', 'ADMIN', 'OPERATOR'],
    scope: 'WRITE',
    perSource: true,
  },
  'inference:use': {
    description: 'Call the inference sidecar.',
    roles: ['OWNER', 'ADMIN', 'OPERATOR'],
    scope: 'INFER',
    perSource: false,
  },
  'keys:write': {
    description: 'See, make, change and revoke API keys.',
    roles: ['OWNER', 'ADMIN'],
    scope: null,
    perSource: false,
  },
  'members:read': {
    description: 'See members, teams and who has which role.',
    roles: ['OWNER', 'ADMIN', 'OPERATOR', 'VIEWER', 'BILLING'],
    scope: 'AUDIT',
    perSource: false,
  },
  'members:write': {
    description: 'Invite and remove members, change their roles, manage teams.',
    roles: ['OWNER', 'ADMIN'],
    scope: null,
    perSource: false,
  },
  'roles:write': {
    description: 'Make custom roles and give them to members and teams.',
    roles: ['OWNER', 'ADMIN'],
    scope: null,
    perSource: false,
  },
  'organization:write': {
    description: 'Rename the organization and decide how long it keeps what.',
    roles: ['OWNER', 'ADMIN'],
    scope: null,
    perSource: false,
  },
  'organization:delete': {
    description: 'Delete the organization with everything in it, and appoint owners.',
    roles: ['OWNER'],
    scope: null,
    perSource: false,
  },
  'audit:read': {
    description: 'Read, export and check the audit log.',
    roles: ['OWNER', 'ADMIN'],
    scope: 'AUDIT',
    perSource: false,
  },
  'billing:read': {
    description: 'See plan, usage and bills.',
    roles: ['OWNER', 'ADMIN', 'BILLING'],
    scope: null,
    perSource: false,
  },
  'billing:write': {
    description: 'Change the plan and how it is paid.',
    roles: ['OWNER', 'BILLING'],
    scope: null,
    perSource: false,
  },
  'clock:write': {
    description: 'Move the clock of a sandbox.',
    roles: ['OWNER', 'ADMIN'],
    scope: 'WRITE',
    perSource: false,
  },
} as const satisfies Record<string, Rule>;

export type Permission = keyof typeof permissionTable;

const rules: Record<Permission, Rule> = permissionTable;

/** In the order of the table. */
export const permissions = Object.keys(permissionTable) as Permission[];

/** What a role may do in the whole organization; with `scopes`, only what the key's scopes allow as well. */
export function permissionsOf(role: Role, scopes: readonly ApiKeyScope[] | null): ReadonlySet<Permission> {
  return new Set(permissions.filter((name) => rules[name].roles.includes(role) && isInScope(name, scopes)));
}

/** What a custom role gives for a source: names that are not, or no longer, permissions for sources give nothing. */
export function sourcePermissionsOf(
  names: readonly string[],
  scopes: readonly ApiKeyScope[] | null,
): ReadonlySet<Permission> {
  return new Set(
    permissions.filter((name) => names.includes(name) && rules[name].perSource && isInScope(name, scopes)),
  );
}

function isInScope(name: Permission, scopes: readonly ApiKeyScope[] | null): boolean {
  const { scope } = rules[name];
  return scopes === null || (scope !== null && scopes.includes(scope));
}
