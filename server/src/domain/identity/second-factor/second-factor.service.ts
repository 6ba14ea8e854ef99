import { randomBytes, randomUUIDv7 } from 'node:crypto';
import type { Prisma, PrismaClient, User } from '@sightline/db/client';
import { NotFoundError } from '../../../errors/request-errors.ts';
import type { Clock } from '../../../ports.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { MailQueue } from '../../mail/mail-queue.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import type { OneTimeTokens } from '../accounts/one-time-tokens.ts';
import { requirePerson } from '../accounts/require-person.ts';
import { requireFreshProof } from '../step-up.ts';
import type { Viewer } from '../viewer.ts';
import { newRecoveryCodes, plainCode, recoveryCodeHash } from './recovery-codes.ts';
import type { SecondFactorCodes } from './second-factor-codes.ts';
import { SecondFactorEnabledError } from './second-factor.errors.ts';
import { base32, totpUri } from './totp.ts';

export type SecondFactorService = ReturnType<typeof createSecondFactorService>;
export type SecondFactorState = { enabled: boolean; recoveryCodesLeft: number };

type Deps = {
  db: PrismaClient;
  clock: Clock;
  secrets: SecretBox;
  codes: SecondFactorCodes;
  tokens: OneTimeTokens;
  mail: MailQueue;
  audit: AuditLog;
  webUrl(): string;
};

/** What SHA-1 takes without folding, and RFC 4226 asks for. */
const secretBytes = 20;
const issuer = 'Sightline';

/** Switching a person's second factor on and off. */
export function createSecondFactorService({ db, clock, secrets, codes, tokens, mail, audit, webUrl }: Deps) {
  /** Two changes of one person's factor happen one after the other. */
  async function lock(tx: Prisma.TransactionClient, userId: string): Promise<void> {
    await tx.$queryRaw`select 1 from "User" where "id" = ${userId}::uuid for no key update`;
  }

  async function tell(tx: Prisma.TransactionClient, { id, email, name, locale }: User): Promise<void> {
    const values = { name, link: `${webUrl()}/forgot-password` };
    await mail.add(tx, { to: email, userId: id, template: 'second-factor-changed', locale, values });
  }

  async function replaceRecoveryCodes(tx: Prisma.TransactionClient, userId: string): Promise<string[]> {
    const fresh = newRecoveryCodes();
    await tx.recoveryCode.deleteMany({ where: { userId } });
    const data = fresh.map((code) => ({ userId, codeHash: recoveryCodeHash(userId, plainCode(code)) }));
    await tx.recoveryCode.createMany({ data });
    return fresh;
  }

  const stateOf = async (tx: Prisma.TransactionClient, userId: string): Promise<SecondFactorState> => ({
    enabled: (await tx.totpFactor.count({ where: { userId, confirmedAt: { not: null } } })) === 1,
    recoveryCodesLeft: await tx.recoveryCode.count({ where: { userId, usedAt: null } }),
  });

  return {
    /** The viewer's own; null for a key. */
    async find({ userId, signInId }: Viewer): Promise<SecondFactorState | null> {
      return signInId === null ? null : stateOf(db, userId);
    },

    /**
     * Makes a secret for an authenticator app, told here and never again. It protects nothing until `confirm`; until then
     * it may be asked for again, which replaces it. Throws UNAUTHENTICATED for keys, STEP_UP_REQUIRED,
     * SECOND_FACTOR_ENABLED.
     */
    async enroll(viewer: Viewer, requestId: string): Promise<{ secret: string; uri: string }> {
      const { userId } = requirePerson(viewer);
      requireFreshProof(viewer, clock.now());
      const [id, secret] = [randomUUIDv7(), randomBytes(secretBytes)];
      const sealed = await secrets.seal(secret, `totp:${id}`);
      const { email } = await db.$transaction(async (tx) => {
        await lock(tx, userId);
        const user = await tx.user.findUniqueOrThrow({ where: { id: userId }, include: { totpFactor: true } });
        if (user.totpFactor?.confirmedAt) throw new SecondFactorEnabledError();
        await tx.totpFactor.deleteMany({ where: { userId } });
        await tx.totpFactor.create({ data: { id, userId, secret: sealed, createdAt: clock.now() } });
        const act = { action: 'enrollTotp', targetType: 'TotpFactor', targetId: id, requestId };
        await audit.record(tx, viewer, { ...act, after: { id, confirmed: false } });
        return user;
      });
      return { secret: base32(secret), uri: totpUri({ secret, account: email, issuer }) };
    },

    /**
     * Switches the factor on with its first code, and gives the recovery codes. Other devices of the person have to prove
     * it, too, before they may do what cannot be undone. Throws UNAUTHENTICATED for keys, SECOND_FACTOR_INVALID,
     * TOO_MANY_ATTEMPTS.
     */
    async confirm(viewer: Viewer, code: string, requestId: string): Promise<string[]> {
      const { userId, signInId } = requirePerson(viewer);
      const fresh = await codes.spend(
        userId,
        code,
        async (tx) => {
          await lock(tx, userId);
          const now = clock.now();
          const factor = await tx.totpFactor.update({
            where: { userId, confirmedAt: null },
            data: { confirmedAt: now },
          });
          const made = await replaceRecoveryCodes(tx, userId);
          const mine = { userId, revokedAt: null };
          await tx.signIn.updateMany({ where: { ...mine, id: { not: signInId } }, data: { provedAt: new Date(0) } });
          await tx.signIn.updateMany({
            where: { ...mine, id: signInId },
            data: { provedAt: now, secondFactor: true },
          });
          await tell(tx, await tx.user.findUniqueOrThrow({ where: { id: userId } }));
          const act = { action: 'confirmTotp', targetType: 'TotpFactor', targetId: factor.id, requestId };
          await audit.record(tx, viewer, { ...act, before: { confirmed: false }, after: { confirmed: true } });
          return made;
        },
        { isConfirmed: false },
      );
      mail.kick();
      return fresh;
    },

    /**
     * Switches the factor off; recovery codes go with it. Twice changes nothing. Throws UNAUTHENTICATED for keys,
     * STEP_UP_REQUIRED.
     */
    async disable(viewer: Viewer, requestId: string): Promise<SecondFactorState> {
      const { userId } = requirePerson(viewer);
      requireFreshProof(viewer, clock.now());
      const state = await db.$transaction(async (tx) => {
        await lock(tx, userId);
        const before = await stateOf(tx, userId);
        const user = await tx.user.findUniqueOrThrow({ where: { id: userId }, include: { totpFactor: true } });
        await tx.totpFactor.deleteMany({ where: { userId } });
        await tx.recoveryCode.deleteMany({ where: { userId } });
        // Whoever waits with a ticket begins again: it was for a factor that is gone.
        await tokens.end(tx, userId, 'SECOND_FACTOR');
        if (before.enabled) await tell(tx, user);
        const after = await stateOf(tx, userId);
        const targetId = user.totpFactor?.id ?? null;
        const act = { action: 'disableTotp', targetType: 'TotpFactor', targetId, requestId };
        await audit.record(tx, viewer, { ...act, before, after });
        return after;
      });
      mail.kick();
      return state;
    },

    /** Ten new recovery codes instead of the old ones. Throws UNAUTHENTICATED for keys, STEP_UP_REQUIRED, NOT_FOUND. */
    async newRecoveryCodes(viewer: Viewer, requestId: string): Promise<string[]> {
      const { userId } = requirePerson(viewer);
      requireFreshProof(viewer, clock.now());
      const fresh = await db.$transaction(async (tx) => {
        await lock(tx, userId);
        const before = await stateOf(tx, userId);
        if (!before.enabled) throw new NotFoundError('Second factor', userId);
        const made = await replaceRecoveryCodes(tx, userId);
        await tell(tx, await tx.user.findUniqueOrThrow({ where: { id: userId } }));
        const act = { action: 'newRecoveryCodes', targetType: 'User', targetId: userId, requestId };
        await audit.record(tx, viewer, { ...act, before, after: await stateOf(tx, userId) });
        return made;
      });
      mail.kick();
      return fresh;
    },
  };
}
