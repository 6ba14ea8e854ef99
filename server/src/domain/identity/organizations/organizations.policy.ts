import type { Prisma } from '@sightline/db/client';
import type { Viewer } from '../viewer.ts';

/*
 * Who sees members, teams and roles. Every read of these tables goes through one of these filters. Who may not read
 * members sees what they are themselves, and nothing of the others.
 */

export function membershipsVisibleTo(viewer: Viewer): Prisma.MembershipWhereInput {
  const { organizationId, userId } = viewer;
  return { organizationId, ...(!viewer.permissions.has('members:read') && { userId }) };
}

export function teamsVisibleTo(viewer: Viewer): Prisma.TeamWhereInput {
  const { organizationId, userId } = viewer;
  const own = { members: { some: { membership: { userId } } } };
  return { organizationId, ...(!viewer.permissions.has('members:read') && own) };
}

/** They hold addresses of people who are no members: only for those who invite. */
export function invitationsVisibleTo({ organizationId, permissions }: Viewer): Prisma.InvitationWhereInput {
  return { organizationId, ...(!permissions.has('members:write') && { id: { in: [] } }) };
}

export function customRolesVisibleTo(viewer: Viewer): Prisma.CustomRoleWhereInput {
  const { organizationId, permissions } = viewer;
  return { organizationId, ...(!permissions.has('members:read') && { assignments: { some: givenTo(viewer) } }) };
}

export function roleAssignmentsVisibleTo(viewer: Viewer): Prisma.RoleAssignmentWhereInput {
  const { organizationId, permissions } = viewer;
  return { organizationId, ...(!permissions.has('members:read') && givenTo(viewer)) };
}

/** To the viewer, or to a team they are in. */
function givenTo({ userId }: Viewer): Prisma.RoleAssignmentWhereInput {
  return { OR: [{ membership: { userId } }, { team: { members: { some: { membership: { userId } } } } }] };
}
