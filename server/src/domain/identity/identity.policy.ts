import type { Prisma } from '@sightline/db/client';
import type { Viewer } from './viewer.ts';

/** The tenancy filters of identity. Every read of these tables goes through one of them. */

export function organizationsVisibleTo(viewer: Viewer): Prisma.OrganizationWhereInput {
  return { id: viewer.organizationId };
}

/** Members of one organization see each other; who may not read members sees themselves. */
export function usersVisibleTo({ organizationId, userId, permissions }: Viewer): Prisma.UserWhereInput {
  const isMember = { memberships: { some: { organizationId } } };
  return permissions.has('members:read') ? isMember : { ...isMember, id: userId };
}

/** A person sees their own devices only, and only those in the organization they act in. */
export function signInsVisibleTo(viewer: Viewer): Prisma.SignInWhereInput {
  return { userId: viewer.userId, organizationId: viewer.organizationId };
}

/** Who may manage keys sees all of them; everyone else none. */
export function apiKeysVisibleTo(viewer: Viewer): Prisma.ApiKeyWhereInput {
  return viewer.permissions.has('keys:write') ? { organizationId: viewer.organizationId } : { id: { in: [] } };
}
