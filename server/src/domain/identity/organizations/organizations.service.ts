import type { Prisma, PrismaClient, Role } from '@sightline/db/client';
import { InputInvalidError, NotFoundError } from '../../../errors/request-errors.ts';
import type { Clock, ObjectStorage } from '../../../ports.ts';
import { sqlOf } from '../../../transaction.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import type { Attempts } from '../accounts/attempts.ts';
import { TooManyAttemptsError } from '../identity.errors.ts';
import { requirePerson } from '../require-person.ts';
import type { SignedIn, SignInsService } from '../sign-ins.service.ts';
import { requireFreshProof } from '../step-up.ts';
import type { Origin, Viewer } from '../viewer.ts';
import { archiveKeysSql } from './archive-keys.ts';
import { foldersOf, removeFolder } from './organization-files.ts';
import { lockAccess } from './granting.ts';
import { createOrganizationOf, ensureHome } from './homes.ts';
import { openBeside } from './switch-sign-in.ts';
import type { Beside } from './switch-sign-in.ts';

export type OrganizationsService = ReturnType<typeof createOrganizationsService>;
/** Makes the last bill of an organization that goes, in the transaction that removes it: the ledger goes along, bills stay. */
export type SettleUp = (tx: Prisma.TransactionClient, organizationId: string) => Promise<void>;

type Deps = {
  db: PrismaClient;
  storage: ObjectStorage;
  clock: Clock;
  outbox: Outbox;
  audit: AuditLog;
  signIns: SignInsService;
  attempts: Pick<Attempts, 'take'>;
  settleUp: SettleUp;
};

/** Each comes with what its plan allows and with mails of its own: they are not to be had by the thousand. */
const perPerson = { max: 20, windowSeconds: 86_400 };

/** An organization as its member sees it from outside, before they act in it. */
export type OrganizationSummary = { id: string; name: string; isSandbox: boolean; role: Role; isCurrent: boolean };

/** Organizations as wholes. */
export function createOrganizationsService(deps: Deps) {
  const { db, storage, clock, outbox, audit, signIns, attempts, settleUp } = deps;
  return {
    /** Those the person is a member of, first joined first; for a key its own. */
    async listOf({ userId, organizationId, apiKeyId }: Viewer): Promise<OrganizationSummary[]> {
      const memberships = await db.membership.findMany({
        where: { userId, ...(apiKeyId !== null && { organizationId }) },
        include: { organization: { select: { name: true, isSandbox: true } } },
        orderBy: { id: 'asc' },
      });
      return memberships.map(({ organizationId: id, organization, role }) => ({
        ...{ id, ...organization, role },
        isCurrent: id === organizationId,
      }));
    },

    /** Makes an organization that the viewer owns. They go on acting where they are. Throws TOO_MANY_ATTEMPTS. */
    async create(
      viewer: Viewer,
      { name, isSandbox }: { name: string; isSandbox: boolean },
      { requestId }: Pick<Origin, 'requestId'>,
    ): Promise<OrganizationSummary> {
      requirePerson(viewer);
      const { allowed, retryAfterMs } = await attempts.take('organization', viewer.userId, perPerson);
      if (!allowed) throw new TooManyAttemptsError('organization', retryAfterMs);
      return db.$transaction(async (tx) => {
        const { id } = await createOrganizationOf(tx, viewer.userId, name, isSandbox);
        const actor = { ...viewer, organizationId: id };
        const target = { targetType: 'Organization', targetId: id, requestId };
        await audit.record(tx, actor, { action: 'createOrganization', ...target, after: { name, isSandbox } });
        return { id, name, isSandbox, role: 'OWNER', isCurrent: false };
      });
    },

    async rename(viewer: Viewer, name: string, { requestId }: Pick<Origin, 'requestId'>): Promise<void> {
      const { organizationId: id } = viewer;
      await db.$transaction(async (tx) => {
        await lockAccess(tx, viewer, 'organization:write');
        const before = await tx.organization.findUniqueOrThrow({ where: { id }, select: { name: true } });
        await tx.organization.update({ where: { id }, data: { name } });
        const target = { targetType: 'Organization', targetId: id, requestId };
        await audit.record(tx, viewer, { action: 'updateOrganization', ...target, before, after: { name } });
      });
    },

    /** Opens a sign-in of the person in another organization of theirs; the one that asks goes on. Throws NOT_FOUND. */
    async switchTo(
      viewer: Viewer,
      organizationId: string,
      origin: Origin,
      how: Pick<Beside, 'keepsTokens'> = {},
    ): Promise<SignedIn> {
      requirePerson(viewer);
      const { userId } = viewer;
      return db.$transaction(async (tx) => {
        const membership = await tx.membership.findUnique({
          where: { organizationId_userId: { organizationId, userId } },
        });
        if (!membership) throw new NotFoundError('Organization', organizationId);
        const signedIn = await openBeside(tx, signIns, viewer, {
          ...how,
          organizationId,
          role: membership.role,
          origin,
        });
        const { signInId: targetId } = signedIn.viewer;
        const target = { targetType: 'SignIn', targetId, requestId: origin.requestId };
        await audit.record(tx, signedIn.viewer, { action: 'switchOrganization', ...target });
        return signedIn;
      });
    },

    /**
     * Deletes the viewer's organization with everything in it, files first: what fails can be asked for again.
     * `name` has to be its name. Throws STEP_UP_REQUIRED, INPUT_INVALID.
     */
    async delete(viewer: Viewer, name: string, { requestId }: Pick<Origin, 'requestId'>): Promise<void> {
      requireFreshProof(viewer, clock.now());
      const { organizationId: id } = viewer;
      const organization = await db.organization.findUniqueOrThrow({ where: { id }, select: { name: true } });
      if (organization.name !== name) throw new InputInvalidError('input.name', 'This is not the organization’s name.');
      for await (const key of storageKeysOf(id)) await storage.delete(key);
      for (const folder of foldersOf(id)) await removeFolder(storage, folder);
      await db.$transaction(
        async (tx) => {
          await lockAccess(tx, viewer, 'organization:delete');
          await settleUp(tx, id);
          const members = await tx.membership.findMany({ where: { organizationId: id }, select: { userId: true } });
          const keys = await tx.apiKey.findMany({ where: { organizationId: id, revokedAt: null } });
          await signIns.revoke(tx, { organizationId: id }, 'removed');
          for (const key of keys)
            await outbox.addPrisma(tx, 'apikey.revoked', { organizationId: id, apiKeyId: key.id });
          // A session holds its source, and a source's file its upload: cascades would meet them in the wrong order.
          await tx.event.deleteMany({ where: { organizationId: id } });
          await tx.session.deleteMany({ where: { organizationId: id } });
          await tx.source.deleteMany({ where: { organizationId: id } });
          await tx.organization.delete({ where: { id } });
          await tx.auditChain.deleteMany({ where: { id } });
          for (const { userId } of members) await ensureHome(tx, userId);
          await outbox.addPrisma(tx, 'access.changed', { organizationId: id });
          // In the chain of no organization: its own is gone.
          const actor = { ...viewer, organizationId: null, apiKeyId: null };
          const target = { targetType: 'Organization', targetId: id, requestId };
          await audit.record(tx, actor, { action: 'deleteOrganization', ...target, before: { name } });
        },
        { timeout: 60_000 },
      );
      outbox.kick();
    },
  };

  async function* storageKeysOf(organizationId: string): AsyncGenerator<string> {
    const archives = await sqlOf(db).query<{ key: string }>(archiveKeysSql('= $1::uuid'), [organizationId]);
    for (const { key } of archives.rows) yield key;
    let after: string | null = null;
    for (;;) {
      const rows: { id: string; storageKey: string }[] = await db.artifact.findMany({
        where: { organizationId, ...(after && { id: { gt: after } }) },
        select: { id: true, storageKey: true },
        orderBy: { id: 'asc' },
        take: 500,
      });
      for (const { storageKey } of rows) yield storageKey;
      const last = rows.at(-1);
      if (!last) return;
      after = last.id;
    }
  }
}
