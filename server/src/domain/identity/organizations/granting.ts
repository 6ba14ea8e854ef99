import type { Prisma, PrismaClient, Role } from '@sightline/db/client';
import { ForbiddenError, UnauthenticatedError } from '../../../errors/request-errors.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import { permissionsOf } from '../permissions.ts';
import type { Permission } from '../permissions.ts';
import { requireFreshProof } from '../step-up.ts';
import type { Viewer } from '../viewer.ts';
import { LastOwnerError } from './organizations.errors.ts';

/** Throws FORBIDDEN unless the granter has all of it: nobody gives what they do not have. */
export function requireMayGrant(granter: ReadonlySet<Permission>, given: Iterable<string>): void {
  for (const permission of given) {
    if (!(granter as ReadonlySet<string>).has(permission)) throw new ForbiddenError(permission);
  }
}

/** The same for a role. That is why only owners make owners. */
export function requireMayGrantRole(granter: ReadonlySet<Permission>, role: Role): void {
  requireMayGrant(granter, permissionsOf(role, null));
}

/** Throws STEP_UP_REQUIRED for a role that manages others, unless the person proved themselves in the last minutes. */
export function requireProofForRole(viewer: Pick<Viewer, 'provedAt'>, role: Role, now: Date): void {
  if (permissionsOf(role, null).has('members:write')) requireFreshProof(viewer, now);
}

/**
 * Holds the organization's row until the transaction ends, so that changes of who may do what happen one after the
 * other, and answers what the viewer may do there now: a request may have waited behind the one that took it away.
 * Throws UNAUTHENTICATED when they are no member any more, FORBIDDEN without `permission`.
 */
export async function lockAccess(
  tx: Prisma.TransactionClient,
  { organizationId, userId }: Pick<Viewer, 'organizationId' | 'userId'>,
  permission: Permission | null,
): Promise<ReadonlySet<Permission>> {
  await tx.$queryRaw`select 1 from "Organization" where "id" = ${organizationId}::uuid for no key update`;
  const membership = await tx.membership.findUnique({
    where: { organizationId_userId: { organizationId, userId } },
    select: { role: true },
  });
  if (!membership) throw new UnauthenticatedError({ reason: 'no member any more' });
  const permissions = permissionsOf(membership.role, null);
  if (permission !== null && !permissions.has(permission)) throw new ForbiddenError(permission);
  return permissions;
}

/** Throws LAST_OWNER when there is no owner but this one. Call it behind `lockAccess`. */
export async function requireOtherOwner(
  tx: Prisma.TransactionClient,
  { id, organizationId, role }: { id: string; organizationId: string; role: Role },
): Promise<void> {
  if (role !== 'OWNER') return;
  const others = await tx.membership.count({ where: { organizationId, role: 'OWNER', id: { not: id } } });
  if (others === 0) throw new LastOwnerError();
}

/** Runs one change of who may do what behind `lockAccess`, and tells of it after the commit. */
export async function changeAccess<Result>(
  { db, outbox }: { db: PrismaClient; outbox: Outbox },
  viewer: Viewer,
  permission: Permission,
  work: (tx: Prisma.TransactionClient, granter: ReadonlySet<Permission>) => Promise<Result>,
): Promise<Result> {
  const result = await db.$transaction(async (tx) => {
    const granter = await lockAccess(tx, viewer, permission);
    await outbox.addPrisma(tx, 'access.changed', { organizationId: viewer.organizationId });
    return work(tx, granter);
  });
  outbox.kick();
  return result;
}
