import type { Prisma, PrismaClient } from '@sightline/db/client';
import { NotFoundError } from '../../../errors/request-errors.ts';
import type { Clock } from '../../../ports.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import { requirePerson } from '../accounts/require-person.ts';
import type { SignInsService } from '../sign-ins.service.ts';
import type { Viewer } from '../viewer.ts';

export type OwnSignInsService = ReturnType<typeof createOwnSignInsService>;
type Deps = {
  db: PrismaClient;
  clock: Clock;
  signIns: Pick<SignInsService, 'revoke'>;
  outbox: Outbox;
  audit: AuditLog;
};

/** What people do about their own devices. A key is no person: it may do nothing of this. */
export function createOwnSignInsService({ db, clock, signIns, outbox, audit }: Deps) {
  return {
    /** Those that go on: neither ended nor over. */
    stillOpen(): Prisma.SignInWhereInput {
      return { revokedAt: null, expiresAt: { gt: clock.now() } };
    },

    /** Ends one. Ending it twice changes nothing. Throws NOT_FOUND, and UNAUTHENTICATED for keys. */
    async revoke(viewer: Viewer, id: string, requestId: string): Promise<void> {
      const { userId } = requirePerson(viewer);
      await db.$transaction(async (tx) => {
        const found = await tx.signIn.findFirst({ where: { id, userId } });
        if (!found) throw new NotFoundError('Sign-in', id);
        await signIns.revoke(tx, { id, userId }, 'signed-out');
        const target = { targetType: 'SignIn', targetId: id, requestId };
        const before = { revoked: found.revokedAt !== null };
        await audit.record(tx, viewer, { action: 'revokeSignIn', ...target, before, after: { revoked: true } });
      });
      outbox.kick();
    },

    /** Ends all of the person's, in every organization; with `keepThis`, all but the one that asks. Gives how many. */
    async revokeAll(viewer: Viewer, { keepThis }: { keepThis: boolean }, requestId: string): Promise<number> {
      const { userId, signInId } = requirePerson(viewer);
      const count = await db.$transaction(async (tx) => {
        const where = { userId, ...(keepThis && { id: { not: signInId } }) };
        const ended = await signIns.revoke(tx, where, 'signed-out');
        const target = { targetType: 'User', targetId: userId, requestId };
        await audit.record(tx, viewer, { action: 'signOutEverywhere', ...target, after: { ended } });
        return ended.length;
      });
      outbox.kick();
      return count;
    },
  };
}
