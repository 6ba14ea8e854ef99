import { randomBytes, randomUUIDv7 } from 'node:crypto';
import type { Prisma, SignInKind, SignInMethod } from '@sightline/db/client';
import { UnauthenticatedError } from '../../errors/request-errors.ts';
import type { Clock } from '../../ports.ts';
import type { PlaceFinder } from '../../ports/place-finder.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { AccessTokens } from './tokens/access-tokens.ts';
import { refreshTokenDays } from './tokens/lifetimes.ts';
import { makeRefreshToken } from './tokens/refresh-token.ts';
import { hashSecret } from './tokens.ts';
import { viewerOf } from './viewer-of.ts';
import type { Origin, Viewer } from './viewer.ts';

export type SignInsService = ReturnType<typeof createSignInsService>;
type Deps = { clock: Clock; outbox: Outbox; places: PlaceFinder; secrets: SecretBox; accessTokens: AccessTokens };

/** `token` is the access token, good until `expiresAt`; `refreshToken` gets the next ones. */
export type SignedIn = { token: string; refreshToken: string; expiresAt: Date; viewer: Viewer };

/** As whom, and how it was proved. */
export type NewSignIn = Pick<Viewer, 'userId' | 'organizationId' | 'role' | 'locale'> & {
  kind: SignInKind;
  method: SignInMethod;
  /** Whether a second factor was part of it. */
  secondFactor: boolean;
  knownDeviceId: string | null;
  deviceName: string | null;
  origin: Origin;
  /** When the person proved themselves, where that is not now. */
  provedAt?: Date;
};

export type RevokedReason = 'signed-out' | 'reuse' | 'password' | 'removed' | 'erased';

const seedBytes = 32;

/**
 * Holds the sign-in that asks until the transaction ends. Call it before anything that goes on when the sign-in is over,
 * such as another one. Throws UNAUTHENTICATED when it was ended since it was checked.
 */
export async function holdSignIn(tx: Prisma.TransactionClient, id: string): Promise<void> {
  const open = await tx.$queryRaw<unknown[]>`select 1 from "SignIn"
    where "id" = ${id}::uuid and "revokedAt" is null for share`;
  if (open.length === 0) throw new UnauthenticatedError({ reason: 'revoked', id });
}

/** How far the clock of the organization is ahead of ours, in milliseconds: sign-ins end by its time. */
export async function aheadMsOf(tx: Prisma.TransactionClient, organizationId: string): Promise<number> {
  const where = { id: organizationId };
  const { clockOffsetMs } = await tx.organization.findUniqueOrThrow({ where, select: { clockOffsetMs: true } });
  return Number(clockOffsetMs);
}

/** The only writer of sign-ins. Its callers write the audit entry, for only they know what was done. */
export function createSignInsService({ clock, outbox, places, secrets, accessTokens }: Deps) {
  /** In the order of their ids: two who end the same sign-ins must not wait for each other. */
  async function lock(tx: Prisma.TransactionClient, ids: string[]): Promise<void> {
    await tx.$queryRaw`select 1 from "SignIn" where "id" = any(${ids}::uuid[]) order by "id" for update`;
  }

  /**
   * Ends what a person let in that has not come for its tokens yet, so that nobody comes back that way. Who comes for them
   * at this moment is waited for.
   */
  async function endWaiting(
    tx: Prisma.TransactionClient,
    { userId, organizationId }: Prisma.SignInWhereInput,
    usedAt: Date,
  ): Promise<void> {
    if (typeof userId !== 'string') return;
    const whose = { userId, ...(typeof organizationId === 'string' && { organizationId }) };
    await tx.authorizationCode.updateMany({ where: { ...whose, usedAt: null }, data: { usedAt } });
    await tx.deviceGrant.updateMany({ where: { ...whose, state: 'APPROVED' }, data: { state: 'DENIED' } });
  }

  return {
    /** Opens a sign-in in the caller's transaction. The secrets are in the answer and nowhere else. */
    async open(tx: Prisma.TransactionClient, who: NewSignIn): Promise<SignedIn> {
      const { userId, organizationId, kind, method, secondFactor, knownDeviceId, deviceName, origin } = who;
      const { address, userAgent } = origin;
      const now = clock.now();
      const provedAt = who.provedAt ?? now;
      const aheadMs = await aheadMsOf(tx, organizationId);
      const refreshEndsAt = new Date(now.getTime() + aheadMs + refreshTokenDays * 86_400_000);
      const [familyId, seed] = [randomUUIDv7(), randomBytes(seedBytes)];
      const refreshToken = makeRefreshToken(familyId, seed, 1);
      const signIn = await tx.signIn.create({
        data: {
          ...{ userId, organizationId, kind, method, secondFactor, knownDeviceId, provedAt, address },
          expiresAt: refreshEndsAt,
          deviceName: deviceName?.slice(0, 100) ?? null,
          userAgent: userAgent?.slice(0, 300) ?? null,
          place: address === null ? null : places.placeOf(address),
          createdAt: now,
          lastSeenAt: now,
          refreshFamily: {
            create: {
              id: familyId,
              seed: await secrets.seal(seed, `refresh:${familyId}`),
              currentHash: hashSecret(refreshToken),
              rotatedAt: now,
              expiresAt: refreshEndsAt,
            },
          },
        },
      });
      const proof = { signInId: signIn.id, apiKeyId: null, scopes: null, provedAt, address };
      const viewer = viewerOf({ ...who, clockOffsetMs: aheadMs, grants: null }, proof);
      const { token, expiresAt } = await accessTokens.issue({
        ...{ userId, organizationId, permissions: viewer.permissions, signInId: signIn.id, generation: 1, aheadMs },
      });
      return { token, refreshToken, expiresAt, viewer };
    },

    /**
     * Ends those that `where` says and are still open, and what that person let in and waits for its tokens, in the caller's transaction, with the signals that cut their
     * sockets and streams: call `outbox.kick` after the commit. Gives their ids.
     */
    async revoke(
      tx: Prisma.TransactionClient,
      where: Prisma.SignInWhereInput,
      reason: RevokedReason,
    ): Promise<string[]> {
      const revokedAt = clock.now();
      const find = () =>
        tx.signIn.findMany({
          where: { AND: [where, { revokedAt: null }] },
          select: { id: true, organizationId: true },
          orderBy: { id: 'asc' },
        });
      let found = await find();
      // Whoever opens another one on the strength of one of these holds it meanwhile: looked for again once they are held.
      for (let before = -1; found.length > before; found = await find()) {
        before = found.length;
        await lock(
          tx,
          found.map(({ id }) => id),
        );
        await endWaiting(tx, where, revokedAt);
      }
      const ids = found.map(({ id }) => id);
      await tx.signIn.updateMany({ where: { id: { in: ids } }, data: { revokedAt, revokedReason: reason } });
      await tx.refreshFamily.updateMany({ where: { signInId: { in: ids } }, data: { revokedAt } });
      for (const { id: signInId, organizationId } of found) {
        await outbox.addPrisma(tx, 'signin.revoked', { organizationId, signInId });
      }
      return ids;
    },
  };
}
