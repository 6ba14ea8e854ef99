import type { Prisma, PrismaClient } from '@sightline/db/client';
import type { Clock } from '../../../ports.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import type { Attempts } from '../accounts/attempts.ts';
import { TooManyAttemptsError } from '../identity.errors.ts';
import { isRecoveryCode, plainCode, recoveryCodeHash } from './recovery-codes.ts';
import { SecondFactorInvalidError } from './second-factor.errors.ts';
import { matchingStep } from './totp.ts';

export type SecondFactorCodes = ReturnType<typeof createSecondFactorCodes>;
type Deps = { db: PrismaClient; clock: Clock; secrets: SecretBox; attempts: Attempts };

/** A code that looks right, before it is used up. */
type Match = { factorId: string; step: number } | { recoveryHash: Uint8Array<ArrayBuffer> };

/** Of a million codes three are right at any moment: this many tries find one in 23 years, on average. */
const limit = { max: 10, windowSeconds: 15 * 60 };

/** Checks codes of authenticators and recovery codes, and uses them up: none works twice. */
export function createSecondFactorCodes({ db, clock, secrets, attempts }: Deps) {
  /** `isConfirmed` false: for the first code, which shows that the app has the secret. */
  async function find(userId: string, typed: string, isConfirmed: boolean): Promise<Match | null> {
    const plain = plainCode(typed);
    if (isConfirmed && isRecoveryCode(plain)) return { recoveryHash: recoveryCodeHash(userId, plain) };
    const confirmedAt = isConfirmed ? { not: null } : null;
    const factor = await db.totpFactor.findFirst({ where: { userId, confirmedAt } });
    if (!factor) return null;
    const step = matchingStep(await secrets.open(factor.secret, `totp:${factor.id}`), plain, clock.now());
    return step === null ? null : { factorId: factor.id, step };
  }

  /** False when somebody else was quicker with the same code, or used it before. */
  async function use(tx: Prisma.TransactionClient, userId: string, match: Match): Promise<boolean> {
    if ('recoveryHash' in match) {
      const where = { userId, codeHash: match.recoveryHash, usedAt: null };
      return (await tx.recoveryCode.updateMany({ where, data: { usedAt: clock.now() } })).count === 1;
    }
    // Of two who come with one code the second finds the step taken.
    const where = { id: match.factorId, userId, lastUsedStep: { lt: match.step } };
    return (await tx.totpFactor.updateMany({ where, data: { lastUsedStep: match.step } })).count === 1;
  }

  return {
    /**
     * Runs `work` in the transaction that uses the code up. Throws SECOND_FACTOR_INVALID, also for a code that was used
     * before, and TOO_MANY_ATTEMPTS.
     */
    async spend<Result>(
      userId: string,
      typed: string,
      work: (tx: Prisma.TransactionClient) => Promise<Result>,
      { isConfirmed = true }: { isConfirmed?: boolean } = {},
    ): Promise<Result> {
      const attempt = await attempts.take('second-factor', userId, limit);
      if (!attempt.allowed) throw new TooManyAttemptsError('second-factor', attempt.retryAfterMs);
      const match = await find(userId, typed, isConfirmed);
      if (!match) throw new SecondFactorInvalidError();
      const result = await db.$transaction(async (tx) => {
        if (!(await use(tx, userId, match))) throw new SecondFactorInvalidError();
        return work(tx);
      });
      await attempt.giveBack();
      return result;
    },
  };
}
