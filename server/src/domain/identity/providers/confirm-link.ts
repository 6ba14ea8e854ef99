import type { Prisma, PrismaClient, User } from '@sightline/db/client';
import type { Clock } from '../../../ports.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import { endOtherWays } from '../accounts/end-other-ways.ts';
import type { OneTimeTokens } from '../accounts/one-time-tokens.ts';
import { isTaken } from '../accounts/owners.ts';
import type { SignInsService } from '../sign-ins.service.ts';
import type { Origin } from '../viewer.ts';
import { addIdentity, remembered } from './identities.service.ts';
import type { ProvedIdentity } from './identity-client.ts';
import { IdentityTakenError } from './providers.errors.ts';

type Deps = {
  db: PrismaClient;
  clock: Clock;
  tokens: OneTimeTokens;
  signIns: SignInsService;
  outbox: Outbox;
  audit: AuditLog;
};

/** Answering the mail that asks whether an identity may be joined to an account. */
export function createConfirmLink({ db, clock, tokens, signIns, outbox, audit }: Deps) {
  /**
   * Nobody had proved the address of this account, so whoever made it may not be its owner. Everything that they could
   * still come in by ends: password, devices, sign-ins, keys, second factor, other identities.
   */
  async function takeOver(tx: Prisma.TransactionClient, { id: userId }: User): Promise<void> {
    const now = clock.now();
    const data = { emailVerifiedAt: now, passwordHash: null, passwordChangedAt: now };
    await tx.user.update({ where: { id: userId }, data });
    await signIns.revoke(tx, { userId }, 'password');
    await endOtherWays(tx, userId, { outbox, now });
  }

  /**
   * Joins the identity that the mail was about; signs nobody in. Throws TOKEN_INVALID, and IDENTITY_TAKEN when somebody
   * else has it by now.
   */
  return async function confirmLink(token: string, { requestId }: Origin): Promise<{ email: string }> {
    try {
      const email = await db.$transaction(async (tx) => {
        const { userId, payload } = await tokens.use(tx, token, 'LINK_IDENTITY');
        const { provider, identity } = payload as { provider: string; identity: ProvedIdentity };
        const user = await tx.user.findUniqueOrThrow({
          where: { id: userId },
          include: { memberships: { orderBy: { id: 'asc' }, take: 1 } },
        });
        if (!user.emailVerifiedAt) await takeOver(tx, user);
        // Links that somebody else asked for, and tickets of theirs, must not work after this one.
        await tokens.end(tx, userId);
        const joined = await addIdentity(tx, { provider, identity, userId, now: clock.now() });
        const organizationId = user.memberships[0]?.organizationId ?? null;
        await audit.record(
          tx,
          { organizationId, userId, apiKeyId: null },
          {
            ...{ action: 'confirmIdentityLink', targetType: 'ExternalIdentity', targetId: joined.id, requestId },
            after: remembered(joined),
          },
        );
        return user.email;
      });
      outbox.kick();
      return { email };
    } catch (error) {
      throw isTaken(error) ? new IdentityTakenError() : error;
    }
  };
}
