import type { Prisma } from '@sightline/db/client';
import type { Outbox } from '../../outbox/outbox.ts';

/**
 * Ends what somebody could still come in by, or keep the owner out by, beside password and sign-ins: second factor, other
 * identities, known devices, keys. For an account whose address is proved for the first time, by other means than its
 * password: whoever made it may not be its owner. Call `outbox.kick` after the commit.
 */
export async function endOtherWays(
  tx: Prisma.TransactionClient,
  userId: string,
  { outbox, now }: { outbox: Outbox; now: Date },
): Promise<void> {
  await tx.externalIdentity.deleteMany({ where: { userId } });
  await tx.totpFactor.deleteMany({ where: { userId } });
  await tx.recoveryCode.deleteMany({ where: { userId } });
  await tx.knownDevice.deleteMany({ where: { userId } });
  const keys = await tx.apiKey.findMany({
    where: { createdByUserId: userId, revokedAt: null },
    orderBy: { id: 'asc' },
  });
  await tx.apiKey.updateMany({ where: { id: { in: keys.map(({ id }) => id) } }, data: { revokedAt: now } });
  for (const { id: apiKeyId, organizationId } of keys) {
    await outbox.addPrisma(tx, 'apikey.revoked', { organizationId, apiKeyId });
  }
}
