import type { Prisma, PrismaClient, User } from '@sightline/db/client';
import type { Clock } from '../../../ports.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { MailQueue } from '../../mail/mail-queue.ts';
import { TokenInvalidError } from '../identity.errors.ts';
import { requireFreshProof } from '../step-up.ts';
import type { Origin, Viewer } from '../viewer.ts';
import type { MailLimit } from './mail-limit.ts';
import { nobody } from './nobody.ts';
import { normalizeEmail } from './normalize-email.ts';
import type { OneTimeTokens } from './one-time-tokens.ts';
import { isTaken } from './owners.ts';
import { requirePerson } from './require-person.ts';

export type VerificationService = ReturnType<typeof createVerificationService>;
type Deps = {
  db: PrismaClient;
  clock: Clock;
  tokens: OneTimeTokens;
  mail: MailQueue;
  mailLimit: MailLimit;
  audit: AuditLog;
};

/** What a sign-up for an address that was never proved comes with: whoever opens its link gets what they chose. */
export type ChosenAtSignUp = { passwordHash: string; name: string };

/** Proving that an address is somebody's. */
export function createVerificationService({ db, clock, tokens, mail, mailLimit, audit }: Deps) {
  async function prove(tx: Prisma.TransactionClient, user: User, payload: Prisma.JsonValue): Promise<User> {
    const chosen = user.emailVerifiedAt === null ? (payload as ChosenAtSignUp | null) : null;
    const emailVerifiedAt = user.emailVerifiedAt ?? clock.now();
    return tx.user.update({
      where: { id: user.id },
      data: {
        emailVerifiedAt,
        ...(chosen && { passwordHash: chosen.passwordHash, name: chosen.name, passwordChangedAt: emailVerifiedAt }),
      },
    });
  }

  async function change(tx: Prisma.TransactionClient, user: User, email: string): Promise<User> {
    await mail.add(tx, {
      to: user.email,
      userId: user.id,
      template: 'email-changed',
      locale: user.locale,
      values: { name: user.name },
    });
    return tx.user.update({ where: { id: user.id }, data: { email, emailVerifiedAt: clock.now() } });
  }

  return {
    /**
     * Takes the token of a mail: its address is proved, and becomes the user's where it is another one. Throws
     * TOKEN_INVALID, also when somebody else has that address by now.
     */
    async verify(token: string, { requestId }: Origin): Promise<{ email: string }> {
      try {
        const email = await db.$transaction(async (tx) => {
          const { userId, email: proved, payload } = await tokens.use(tx, token, 'VERIFY_EMAIL');
          const user = await tx.user.findUniqueOrThrow({
            where: { id: userId },
            include: { memberships: { orderBy: { id: 'asc' }, take: 1 } },
          });
          if (proved === null) throw new TokenInvalidError();
          const after = proved === user.email ? await prove(tx, user, payload) : await change(tx, user, proved);
          // A link to an old address, of whatever kind, or with somebody else's choice, must not work once this one has.
          await tokens.end(tx, userId, proved === user.email ? 'VERIFY_EMAIL' : undefined);
          const organizationId = user.memberships[0]?.organizationId ?? null;
          const act = { action: 'verifyEmail', targetType: 'User', targetId: userId, requestId };
          await audit.record(
            tx,
            { organizationId, userId, apiKeyId: null },
            {
              ...act,
              before: { email: user.email, emailVerifiedAt: user.emailVerifiedAt },
              after: { email: after.email, emailVerifiedAt: after.emailVerifiedAt },
            },
          );
          return after.email;
        });
        mail.kick();
        return { email };
      } catch (error) {
        throw isTaken(error) ? new TokenInvalidError() : error;
      }
    },

    /** Asks for another mail. The same answer for every address, after the same time. Throws TOO_MANY_ATTEMPTS. */
    async resend(address: string, { requestId }: Origin): Promise<{ email: string }> {
      const email = normalizeEmail(address);
      await mailLimit(email);
      await db.$transaction(async (tx) => {
        await mail.addLater(tx, 'verify-email', { email });
        await audit.record(tx, nobody, {
          ...{ action: 'resendVerification', targetType: 'User', targetId: null, requestId },
        });
      });
      mail.kick();
      return { email };
    },

    /**
     * Asks for another address: it becomes the user's once its mail is answered. Whether somebody else has it is not told.
     * Throws UNAUTHENTICATED for keys, STEP_UP_REQUIRED, TOO_MANY_ATTEMPTS.
     */
    async requestChange(viewer: Viewer, address: string, requestId: string): Promise<{ email: string }> {
      const { userId } = requirePerson(viewer);
      requireFreshProof(viewer, clock.now());
      const email = normalizeEmail(address);
      await mailLimit(email);
      await db.$transaction(async (tx) => {
        await mail.addLater(tx, 'change-email', { userId, email, askedAt: clock.now().toISOString() });
        await audit.record(tx, viewer, {
          ...{ action: 'requestEmailChange', targetType: 'User', targetId: userId, requestId },
          after: { email },
        });
      });
      mail.kick();
      return { email };
    },
  };
}
