import type { Prisma } from '@sightline/db/client';

/** Makes an organization with one owner. */
export async function createOrganizationOf(
  tx: Prisma.TransactionClient,
  userId: string,
  name: string,
  isSandbox = false,
): Promise<{ id: string }> {
  return tx.organization.create({
    data: { name, isSandbox, feed: { create: {} }, memberships: { create: { userId, role: 'OWNER' } } },
    select: { id: true },
  });
}

/**
 * Gives who is a member nowhere an organization of their own: a person without one could not sign in, and so neither
 * take their data along nor have it erased.
 */
export async function ensureHome(tx: Prisma.TransactionClient, userId: string): Promise<void> {
  const left = await tx.membership.count({ where: { userId } });
  if (left > 0) return;
  const { name } = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: { name: true } });
  await createOrganizationOf(tx, userId, name);
}
