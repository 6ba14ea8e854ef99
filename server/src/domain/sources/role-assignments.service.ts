import type { Prisma, PrismaClient } from '@sightline/db/client';
import { InputInvalidError, NotFoundError } from '../../errors/request-errors.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { changeAccess, requireMayGrant } from '../identity/organizations/granting.ts';
import {
  customRolesVisibleTo,
  membershipsVisibleTo,
  roleAssignmentsVisibleTo,
  teamsVisibleTo,
} from '../identity/organizations/organizations.policy.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { sourcesVisibleTo } from './sources.policy.ts';

type Deps = { db: PrismaClient; outbox: Outbox; audit: AuditLog };
type Given = { customRoleId: string; sourceId: string; membershipId: string | null; teamId: string | null };

/** Who has which custom role for which source. */
export function createRoleAssignmentsService(deps: Deps) {
  const { audit } = deps;

  /** Throws NOT_FOUND unless whom and what it is about is there for the viewer. */
  async function requireTargets(tx: Prisma.TransactionClient, viewer: Viewer, given: Given): Promise<void> {
    const { membershipId, teamId, sourceId } = given;
    const source = await tx.source.findFirst({ where: { AND: [{ id: sourceId }, sourcesVisibleTo(viewer)] } });
    if (!source) throw new NotFoundError('Source', sourceId);
    if (teamId !== null) {
      const team = await tx.team.findFirst({ where: { AND: [{ id: teamId }, teamsVisibleTo(viewer)] } });
      if (!team) throw new NotFoundError('Team', teamId);
    }
    if (membershipId !== null) {
      const where = { AND: [{ id: membershipId }, membershipsVisibleTo(viewer)] };
      if (!(await tx.membership.findFirst({ where }))) throw new NotFoundError('Member', membershipId);
    }
  }

  return {
    /** Gives a role to one member or one team, for one source; what was given before is found again. Throws NOT_FOUND, FORBIDDEN. */
    async assign(viewer: Viewer, given: Given, requestId: string): Promise<{ id: string }> {
      if ((given.membershipId === null) === (given.teamId === null)) {
        throw new InputInvalidError('input', 'Give either a membershipId or a teamId.');
      }
      const { organizationId } = viewer;
      return changeAccess(deps, viewer, 'roles:write', async (tx, granter) => {
        const role = await tx.customRole.findFirst({
          where: { AND: [{ id: given.customRoleId }, customRolesVisibleTo(viewer)] },
        });
        if (!role) throw new NotFoundError('Custom role', given.customRoleId);
        requireMayGrant(granter, role.permissions);
        await requireTargets(tx, viewer, given);
        const known = await tx.roleAssignment.findFirst({ where: { organizationId, ...given }, select: { id: true } });
        const { id } = known ?? (await tx.roleAssignment.create({ data: { organizationId, ...given } }));
        const target = { targetType: 'RoleAssignment', targetId: id, requestId };
        const states = { ...(known && { before: given }), after: given };
        await audit.record(tx, viewer, { action: 'assignRole', ...target, ...states });
        return { id };
      });
    },

    /** Takes it back. Throws NOT_FOUND, FORBIDDEN. */
    async unassign(viewer: Viewer, id: string, requestId: string): Promise<void> {
      await changeAccess(deps, viewer, 'roles:write', async (tx, granter) => {
        const before = await tx.roleAssignment.findFirst({
          where: { AND: [{ id }, roleAssignmentsVisibleTo(viewer)] },
          include: { customRole: true },
        });
        if (!before) throw new NotFoundError('Role assignment', id);
        const { customRole, customRoleId, membershipId, teamId, sourceId } = before;
        requireMayGrant(granter, customRole.permissions);
        await tx.roleAssignment.delete({ where: { id } });
        const target = { targetType: 'RoleAssignment', targetId: id, requestId };
        const state = { customRoleId, membershipId, teamId, sourceId };
        await audit.record(tx, viewer, { action: 'unassignRole', ...target, before: state });
      });
    },
  };
}
