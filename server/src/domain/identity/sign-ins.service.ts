import type { Prisma, SignInKind, SignInMethod } from '@sightline/db/client';
import type { Clock } from '../../ports.ts';
import type { PlaceFinder } from '../../ports/place-finder.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { hashSecret, newSecret } from './tokens.ts';
import { viewerOf } from './viewer-of.ts';
import type { Origin, Viewer } from './viewer.ts';

export type SignInsService = ReturnType<typeof createSignInsService>;
type Deps = { clock: Clock; outbox: Outbox; places: PlaceFinder };

export type SignedIn = { token: string; expiresAt: Date; viewer: Viewer };

/** As whom, and how it was proved. */
export type NewSignIn = Pick<Viewer, 'userId' | 'organizationId' | 'role' | 'locale'> & {
  kind: SignInKind;
  method: SignInMethod;
  /** Whether a second factor was part of it. */
  secondFactor: boolean;
  knownDeviceId: string | null;
  deviceName: string | null;
  origin: Origin;
};

export type RevokedReason = 'signed-out' | 'reuse' | 'password' | 'removed' | 'erased';

const signInDays = 30;

/** The only writer of sign-ins. Its callers write the audit entry, for only they know what was done. */
export function createSignInsService({ clock, outbox, places }: Deps) {
  return {
    /** Opens a sign-in in the caller's transaction. The secrets are in the answer and nowhere else. */
    async open(tx: Prisma.TransactionClient, who: NewSignIn): Promise<SignedIn> {
      const { userId, organizationId, kind, method, secondFactor, knownDeviceId, deviceName, origin } = who;
      const { address, userAgent } = origin;
      const token = newSecret('signIn');
      const provedAt = clock.now();
      const expiresAt = new Date(provedAt.getTime() + signInDays * 86_400_000);
      const signIn = await tx.signIn.create({
        data: {
          ...{ userId, organizationId, kind, method, secondFactor, knownDeviceId, provedAt, expiresAt, address },
          tokenHash: hashSecret(token),
          deviceName: deviceName?.slice(0, 100) ?? null,
          userAgent: userAgent?.slice(0, 300) ?? null,
          place: address === null ? null : places.placeOf(address),
          createdAt: provedAt,
          lastSeenAt: provedAt,
        },
      });
      const proof = { signInId: signIn.id, apiKeyId: null, scopes: null, provedAt, address };
      return { token, expiresAt, viewer: viewerOf({ ...who, grants: null }, proof) };
    },

    /**
     * Ends those that `where` says and are still open, in the caller's transaction, with the signals that cut their
     * sockets and streams: call `outbox.kick` after the commit. Gives their ids.
     */
    async revoke(
      tx: Prisma.TransactionClient,
      where: Prisma.SignInWhereInput,
      reason: RevokedReason,
    ): Promise<string[]> {
      const found = await tx.signIn.findMany({
        where: { AND: [where, { revokedAt: null }] },
        select: { id: true, organizationId: true },
        orderBy: { id: 'asc' },
      });
      const ids = found.map(({ id }) => id);
      await tx.signIn.updateMany({
        where: { id: { in: ids } },
        data: { revokedAt: clock.now(), revokedReason: reason },
      });
      for (const { id: signInId, organizationId } of found) {
        await outbox.addPrisma(tx, 'signin.revoked', { organizationId, signInId });
      }
      return ids;
    },
  };
}
