import type { PrismaClient, Team } from '@sightline/db/client';
import { Prisma } from '@sightline/db/client';
import { NotFoundError } from '../../../errors/request-errors.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import type { Permission } from '../permissions.ts';
import type { Viewer } from '../viewer.ts';
import { changeAccess, requireMayGrant } from './granting.ts';
import { TeamNameTakenError } from './organizations.errors.ts';
import { membershipsVisibleTo, teamsVisibleTo } from './organizations.policy.ts';

export type TeamsService = ReturnType<typeof createTeamsService>;
type Deps = { db: PrismaClient; outbox: Outbox; audit: AuditLog };
type Member = { teamId: string; membershipId: string };

/** Groups of members. Who is in one has what is given to it. */
export function createTeamsService(deps: Deps) {
  const { audit } = deps;

  async function find(tx: Prisma.TransactionClient, viewer: Viewer, id: string): Promise<Team> {
    const team = await tx.team.findFirst({ where: { AND: [{ id }, teamsVisibleTo(viewer)] } });
    if (!team) throw new NotFoundError('Team', id);
    return team;
  }

  /** Whoever changes who is in a team gives or takes what the team has. */
  async function requireMayGrantTeam(tx: Prisma.TransactionClient, granter: ReadonlySet<Permission>, teamId: string) {
    const given = await tx.customRole.findMany({ where: { assignments: { some: { teamId } } } });
    requireMayGrant(
      granter,
      given.flatMap(({ permissions }) => permissions),
    );
  }

  return {
    /** Throws TEAM_NAME_TAKEN. */
    async create(viewer: Viewer, name: string, requestId: string): Promise<{ id: string }> {
      const { organizationId } = viewer;
      return named(name, () =>
        changeAccess(deps, viewer, 'members:write', async (tx) => {
          const team = await tx.team.create({ data: { organizationId, name } });
          const target = { targetType: 'Team', targetId: team.id, requestId };
          await audit.record(tx, viewer, { action: 'createTeam', ...target, after: { name } });
          return { id: team.id };
        }),
      );
    },

    /** Throws NOT_FOUND, TEAM_NAME_TAKEN. */
    async rename(viewer: Viewer, { id, name }: { id: string; name: string }, requestId: string): Promise<void> {
      await named(name, () =>
        changeAccess(deps, viewer, 'members:write', async (tx) => {
          const before = await find(tx, viewer, id);
          await tx.team.update({ where: { id }, data: { name } });
          const target = { targetType: 'Team', targetId: id, requestId };
          const states = { before: { name: before.name }, after: { name } };
          await audit.record(tx, viewer, { action: 'renameTeam', ...target, ...states });
        }),
      );
    },

    /** Its members stay members, without what the team gave them. Throws NOT_FOUND. */
    async delete(viewer: Viewer, id: string, requestId: string): Promise<void> {
      await changeAccess(deps, viewer, 'members:write', async (tx, granter) => {
        const before = await find(tx, viewer, id);
        await requireMayGrantTeam(tx, granter, id);
        await tx.team.delete({ where: { id } });
        const target = { targetType: 'Team', targetId: id, requestId };
        await audit.record(tx, viewer, { action: 'deleteTeam', ...target, before: { name: before.name } });
      });
    },

    /** Adding somebody twice changes nothing. Throws NOT_FOUND. */
    async addMember(viewer: Viewer, { teamId, membershipId }: Member, requestId: string): Promise<void> {
      const { organizationId } = viewer;
      await changeAccess(deps, viewer, 'members:write', async (tx, granter) => {
        await find(tx, viewer, teamId);
        await requireMayGrantTeam(tx, granter, teamId);
        const member = await tx.membership.findFirst({
          where: { AND: [{ id: membershipId }, membershipsVisibleTo(viewer)] },
        });
        if (!member) throw new NotFoundError('Member', membershipId);
        const data = { organizationId, teamId, membershipId };
        await tx.teamMember.createMany({ data, skipDuplicates: true });
        const target = { targetType: 'Team', targetId: teamId, requestId };
        await audit.record(tx, viewer, { action: 'addTeamMember', ...target, after: { membershipId } });
      });
    },

    /** Removing who is not in it changes nothing. Throws NOT_FOUND. */
    async removeMember(viewer: Viewer, { teamId, membershipId }: Member, requestId: string): Promise<void> {
      await changeAccess(deps, viewer, 'members:write', async (tx, granter) => {
        await find(tx, viewer, teamId);
        await requireMayGrantTeam(tx, granter, teamId);
        await tx.teamMember.deleteMany({ where: { teamId, membershipId } });
        const target = { targetType: 'Team', targetId: teamId, requestId };
        await audit.record(tx, viewer, { action: 'removeTeamMember', ...target, before: { membershipId } });
      });
    },
  };
}

async function named<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
      throw new TeamNameTakenError(name);
    }
    throw error;
  }
}
