import type { Prisma, Role } from '@sightline/db/client';
import { requirePerson } from '../require-person.ts';
import type { SignedIn, SignInsService } from '../sign-ins.service.ts';
import type { Origin, Viewer } from '../viewer.ts';

/**
 * Opens a sign-in in another organization of the same person, on the strength of the one that asks. It is no fresher a
 * proof than that one: switching must not be a way around proving oneself again.
 */
export async function openBeside(
  tx: Prisma.TransactionClient,
  signIns: SignInsService,
  viewer: Viewer,
  to: { organizationId: string; role: Role; origin: Origin },
): Promise<SignedIn> {
  const { userId, locale } = viewer;
  const asking = await tx.signIn.findUniqueOrThrow({ where: { id: requirePerson(viewer) } });
  const { kind, method, secondFactor, knownDeviceId, deviceName, provedAt } = asking;
  return signIns.open(tx, {
    ...{ userId, locale, kind, method, secondFactor, knownDeviceId, deviceName, provedAt },
    ...to,
  });
}
