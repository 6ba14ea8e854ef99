import type { ApiKeyScope, Locale, Role } from '@sightline/db/client';
import { permissionsOf, sourcePermissionsOf } from './permissions.ts';
import type { Permission } from './permissions.ts';
import type { KeyLimit, Viewer } from './viewer.ts';

/** What every statement that authenticates selects, see `viewerColumns`. */
export type ViewerRow = {
  organizationId: string;
  /** Left out by those who make the sign-in and have not read it. */
  clockOffsetMs?: number;
  userId: string;
  role: Role;
  locale: Locale;
  grants: { sourceId: string; permissions: string[] }[] | null;
};

type Proof = {
  signInId: string | null;
  apiKeyId: string | null;
  /** Scopes of the key; null for people. */
  scopes: readonly ApiKeyScope[] | null;
  provedAt: Date | null;
  address: string | null;
  /** By the organization's time; left out by those who have only just made the proof, and open nothing with it. */
  endsAt?: Date | null;
  keyLimits?: readonly KeyLimit[];
  secretHash?: string;
};

/** The viewer that a member is by this proof. */
export function viewerOf(
  row: ViewerRow,
  { scopes, keyLimits = [], secretHash, endsAt = null, ...proof }: Proof,
): Viewer {
  const { organizationId, clockOffsetMs, userId, role, locale } = row;
  const sourcePermissions = new Map<string, ReadonlySet<Permission>>();
  for (const { sourceId, permissions: names } of row.grants ?? []) {
    const added = sourcePermissionsOf(names, scopes);
    sourcePermissions.set(sourceId, new Set([...(sourcePermissions.get(sourceId) ?? []), ...added]));
  }
  return {
    organizationId,
    clockOffsetMs,
    userId,
    role,
    locale,
    permissions: permissionsOf(role, scopes),
    sourcePermissions,
    endsAt,
    keyLimits,
    secretHash: secretHash ?? null,
    ...proof,
  };
}
