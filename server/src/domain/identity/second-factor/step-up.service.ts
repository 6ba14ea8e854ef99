import type { Prisma, PrismaClient } from '@sightline/db/client';
import type { Clock } from '../../../ports.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { PasswordCheck } from '../accounts/password-check.ts';
import { requirePerson } from '../accounts/require-person.ts';
import { CredentialsInvalidError } from '../identity.errors.ts';
import type { Origin, Viewer } from '../viewer.ts';
import type { SecondFactorCodes } from './second-factor-codes.ts';
import { SecondFactorInvalidError } from './second-factor.errors.ts';

type Deps = {
  db: PrismaClient;
  clock: Clock;
  codes: SecondFactorCodes;
  passwords: PasswordCheck;
  audit: AuditLog;
};

/** Proving again that it is still the same person who sits there. */
export function createStepUpService({ db, clock, codes, passwords, audit }: Deps) {
  return {
    /**
     * Takes the strongest factor the person has, and no weaker one: a code where there is an authenticator, else the
     * password. Who has neither signs in again. Throws UNAUTHENTICATED for keys, SECOND_FACTOR_INVALID,
     * CREDENTIALS_INVALID, TOO_MANY_ATTEMPTS.
     */
    async stepUp(
      viewer: Viewer,
      { code, password }: { code: string | null; password: string | null },
      origin: Origin,
    ): Promise<Viewer> {
      const { userId, signInId } = requirePerson(viewer);

      async function prove(tx: Prisma.TransactionClient, secondFactor: boolean): Promise<Viewer> {
        const provedAt = clock.now();
        const where = { id: signInId };
        await tx.signIn.update({ where, data: { provedAt, ...(secondFactor && { secondFactor }) } });
        await audit.record(tx, viewer, {
          ...{ action: 'stepUp', targetType: 'SignIn', targetId: signInId, requestId: origin.requestId },
          before: { provedAt: viewer.provedAt },
          after: { provedAt },
        });
        return { ...viewer, provedAt };
      }

      if (await db.totpFactor.findFirst({ where: { userId, confirmedAt: { not: null } } })) {
        if (code === null) throw new SecondFactorInvalidError();
        return codes.spend(userId, code, (tx) => prove(tx, true));
      }
      const asked = { userId, password: password ?? '', origin, knownDevice: null };
      if (password === null || !(await passwords.check(asked))) throw new CredentialsInvalidError();
      return db.$transaction((tx) => prove(tx, false));
    },
  };
}
