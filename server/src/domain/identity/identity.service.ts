import type { PrismaClient } from '@sightline/db/client';
import { Prisma } from '@sightline/db/client';
import { UnauthenticatedError } from '../../errors/request-errors.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { CredentialsInvalidError, EmailTakenError } from './identity.errors.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import type { NewSignIn, SignedIn, SignInsService } from './sign-ins.service.ts';
import type { Origin, Viewer } from './viewer.ts';

export type IdentityService = ReturnType<typeof createIdentityService>;
type Deps = { db: PrismaClient; signIns: SignInsService; outbox: Outbox; audit: AuditLog };

const byPassword = {
  kind: 'API',
  method: 'PASSWORD',
  secondFactor: false,
  knownDeviceId: null,
  deviceName: null,
} as const satisfies Partial<NewSignIn>;

/** Signing up, in and out. */
export function createIdentityService({ db, signIns, outbox, audit }: Deps) {
  return {
    /** Creates a user, an organization they own, and signs them in. Throws EMAIL_TAKEN. */
    async signUp(
      input: { email: string; password: string; name: string; organizationName: string },
      origin: Origin,
    ): Promise<SignedIn> {
      const passwordHash = await hashPassword(input.password);
      try {
        return await db.$transaction(async (tx) => {
          const user = await tx.user.create({
            data: { email: normalizeEmail(input.email), name: input.name, passwordHash },
          });
          const organization = await tx.organization.create({
            data: {
              name: input.organizationName,
              feed: { create: {} },
              memberships: { create: { userId: user.id, role: 'OWNER' } },
            },
          });
          const who = { userId: user.id, organizationId: organization.id, role: 'OWNER', locale: user.locale } as const;
          const signedIn = await signIns.open(tx, { ...who, ...byPassword, origin });
          await audit.record(tx, signedIn.viewer, { action: 'signUp', targetId: user.id, requestId: origin.requestId });
          return signedIn;
        });
      } catch (error) {
        if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002')
          throw new EmailTakenError();
        throw error;
      }
    },

    /** Opens a device session in the user's first organization. Throws CREDENTIALS_INVALID. */
    async signIn(input: { email: string; password: string }, origin: Origin): Promise<SignedIn> {
      const user = await db.user.findUnique({
        where: { email: normalizeEmail(input.email) },
        include: { memberships: { orderBy: { id: 'asc' }, take: 1 } },
      });
      const isRight = await verifyPassword(user?.passwordHash ?? null, input.password);
      const [membership] = user?.memberships ?? [];
      if (!isRight || !user || !membership) throw new CredentialsInvalidError();
      return db.$transaction(async (tx) => {
        const signedIn = await signIns.open(tx, { ...membership, locale: user.locale, ...byPassword, origin });
        await audit.record(tx, signedIn.viewer, {
          action: 'signIn',
          targetId: signedIn.viewer.signInId,
          requestId: origin.requestId,
        });
        return signedIn;
      });
    },

    /** Ends the device session that asks; its token and open sockets die with it. */
    async signOut(viewer: Viewer, requestId: string): Promise<void> {
      const { signInId } = viewer;
      if (!signInId) throw new UnauthenticatedError({ reason: 'a key cannot sign out' });
      await db.$transaction(async (tx) => {
        await signIns.revoke(tx, { id: signInId }, 'signed-out');
        await audit.record(tx, viewer, { action: 'signOut', targetId: signInId, requestId });
      });
      outbox.kick();
    },
  };
}

/** Addresses compare without case: two people who differ only in it do not exist. */
function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}
