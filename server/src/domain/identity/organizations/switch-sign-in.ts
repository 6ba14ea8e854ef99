import type { Prisma, Role } from '@sightline/db/client';
import { RequestRefusedError } from '../../../errors/request-errors.ts';
import { requirePerson } from '../require-person.ts';
import { holdSignIn } from '../sign-ins.service.ts';
import type { SignedIn, SignInsService } from '../sign-ins.service.ts';
import type { Origin, Viewer } from '../viewer.ts';

/** `keepsTokens`: the answer has them in it, as for programs. False: they go into cookies. */
export type Beside = { organizationId: string; role: Role; origin: Origin; keepsTokens?: boolean | undefined };

/**
 * Opens a sign-in in another organization of the same person, on the strength of the one that asks. It is no fresher a
 * proof than that one: switching must not be a way around proving oneself again. What a script of a page could read is given to no page: throws BAD_REQUEST.
 */
export async function openBeside(
  tx: Prisma.TransactionClient,
  signIns: SignInsService,
  viewer: Viewer,
  { keepsTokens = true, ...to }: Beside,
): Promise<SignedIn> {
  const { userId, locale } = viewer;
  await holdSignIn(tx, requirePerson(viewer));
  const asking = await tx.signIn.findUniqueOrThrow({ where: { id: requirePerson(viewer) } });
  if (asking.kind === 'WEB' && keepsTokens) {
    throw new RequestRefusedError('BAD_REQUEST', 'Pages keep no tokens: they ask for cookies, below /session.');
  }
  const { kind, method, secondFactor, knownDeviceId, deviceName, provedAt } = asking;
  return signIns.open(tx, {
    ...{ userId, locale, kind, method, secondFactor, knownDeviceId, deviceName, provedAt },
    ...to,
  });
}
