import type { Membership, Prisma, PrismaClient, Role } from '@sightline/db/client';
import { NotFoundError } from '../../../errors/request-errors.ts';
import type { Clock } from '../../../ports.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import { requirePerson } from '../require-person.ts';
import type { SignInsService } from '../sign-ins.service.ts';
import type { Viewer } from '../viewer.ts';
import { lockAccess, requireMayGrantRole, requireOtherOwner, requireProofForRole } from './granting.ts';
import { ensureHome } from './homes.ts';
import { membershipsVisibleTo } from './organizations.policy.ts';

export type MembersService = ReturnType<typeof createMembersService>;
type Deps = { db: PrismaClient; clock: Clock; outbox: Outbox; audit: AuditLog; signIns: SignInsService };

/** Changes and ends memberships. Who gets one accepts an invitation. */
export function createMembersService({ db, clock, outbox, audit, signIns }: Deps) {
  async function find(tx: Prisma.TransactionClient, viewer: Viewer, id: string): Promise<Membership> {
    const membership = await tx.membership.findFirst({ where: { AND: [{ id }, membershipsVisibleTo(viewer)] } });
    if (!membership) throw new NotFoundError('Member', id);
    return membership;
  }

  /** Ends the membership with everything that lives by it: sign-ins, keys, their sockets and streams, all at once. */
  async function end(tx: Prisma.TransactionClient, { id, organizationId, userId }: Membership): Promise<void> {
    await signIns.revoke(tx, { userId, organizationId }, 'removed');
    const keys = await tx.apiKey.findMany({
      where: { organizationId, createdByUserId: userId, revokedAt: null },
      select: { id: true },
    });
    await tx.apiKey.updateMany({ where: { id: { in: keys.map((key) => key.id) } }, data: { revokedAt: clock.now() } });
    for (const key of keys) await outbox.addPrisma(tx, 'apikey.revoked', { organizationId, apiKeyId: key.id });
    // What they offered in the organization's name is offered no longer.
    await tx.invitation.updateMany({
      where: { organizationId, invitedByUserId: userId, acceptedAt: null, revokedAt: null },
      data: { revokedAt: clock.now() },
    });
    await tx.membership.delete({ where: { id } });
    await ensureHome(tx, userId);
    await outbox.addPrisma(tx, 'access.changed', { organizationId });
  }

  return {
    /** Throws NOT_FOUND, LAST_OWNER, and FORBIDDEN for who gives or takes what they may not do themselves. */
    async changeRole(viewer: Viewer, { id, role }: { id: string; role: Role }, requestId: string): Promise<void> {
      await db.$transaction(async (tx) => {
        const granter = await lockAccess(tx, viewer, 'members:write');
        const before = await find(tx, viewer, id);
        requireMayGrantRole(granter, before.role);
        requireMayGrantRole(granter, role);
        if (role !== 'OWNER') await requireOtherOwner(tx, before);
        await tx.membership.update({ where: { id }, data: { role } });
        await outbox.addPrisma(tx, 'access.changed', { organizationId: viewer.organizationId });
        await audit.record(tx, viewer, {
          ...{ action: 'changeMemberRole', targetType: 'Membership', targetId: id, requestId },
          ...{ before: { role: before.role }, after: { role } },
        });
      });
      outbox.kick();
    },

    /**
     * Throws NOT_FOUND, LAST_OWNER, FORBIDDEN for who removes somebody who may do more, and STEP_UP_REQUIRED where that is
     * somebody who manages others.
     */
    async remove(viewer: Viewer, id: string, requestId: string): Promise<void> {
      await db.$transaction(async (tx) => {
        const granter = await lockAccess(tx, viewer, 'members:write');
        const before = await find(tx, viewer, id);
        requireMayGrantRole(granter, before.role);
        requireProofForRole(viewer, before.role, clock.now());
        await requireOtherOwner(tx, before);
        await end(tx, before);
        await audit.record(tx, viewer, {
          ...{ action: 'removeMember', targetType: 'Membership', targetId: id, requestId },
          before: { userId: before.userId, role: before.role },
        });
      });
      outbox.kick();
    },

    /** Ends the viewer's own membership. Throws LAST_OWNER, and FORBIDDEN for keys: whoever made one did not mean that. */
    async leave(viewer: Viewer, requestId: string): Promise<void> {
      requirePerson(viewer);
      const { organizationId, userId } = viewer;
      await db.$transaction(async (tx) => {
        await lockAccess(tx, viewer, null);
        const before = await tx.membership.findUniqueOrThrow({
          where: { organizationId_userId: { organizationId, userId } },
        });
        await requireOtherOwner(tx, before);
        await end(tx, before);
        await audit.record(tx, viewer, {
          ...{ action: 'leaveOrganization', targetType: 'Membership', targetId: before.id, requestId },
          before: { userId, role: before.role },
        });
      });
      outbox.kick();
    },
  };
}
