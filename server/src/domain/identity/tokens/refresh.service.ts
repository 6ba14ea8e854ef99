import type { Prisma, PrismaClient, RefreshFamily } from '@sightline/db/client';
import { RequestRefusedError } from '../../../errors/request-errors.ts';
import type { Clock } from '../../../ports.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import { aheadMsOf } from '../sign-ins.service.ts';
import type { SignedIn, SignInsService } from '../sign-ins.service.ts';
import { hashSecret } from '../tokens.ts';
import { viewerOf } from '../viewer-of.ts';
import { ownTime } from '../authenticated.ts';
import type { Origin } from '../viewer.ts';
import type { AccessTokens } from './access-tokens.ts';
import { refreshGraceMs, refreshTokenDays } from './lifetimes.ts';
import { createOneAtATime } from '../../../one-at-a-time.ts';
import { isOfFamily, makeRefreshToken, readRefreshToken } from './refresh-token.ts';
import type { RefreshToken } from './refresh-token.ts';
import { RefreshTokenInvalidError, RefreshTokenReusedError } from './tokens.errors.ts';

export type RefreshService = ReturnType<typeof createRefreshService>;
type Deps = {
  db: PrismaClient;
  clock: Clock;
  signIns: Pick<SignInsService, 'revoke'>;
  accessTokens: Pick<AccessTokens, 'issue'>;
  secrets: SecretBox;
  outbox: Outbox;
  audit: AuditLog;
};

const ofOrganization = { signIn: { select: { organization: { select: { clockOffsetMs: true } } } } } as const;

/** So many tabs of one browser may wait for each other. */
const waitingMax = 200;

/** What a token of the family is worth now. */
type Standing = 'current' | 'parent' | 'reused';

/**
 * Changes refresh tokens for new ones. The current token makes the next. The one before it gets the current one again for
 * ten seconds, and for as long as nobody has used what came with it: tabs that ask at once all end with the same, and an
 * answer that was lost can be asked for again. Anything older means that two hold tokens of one sign-in, and ends it.
 */
export function createRefreshService({ db, clock, signIns, accessTokens, secrets, outbox, audit }: Deps) {
  // Those who wait for the same row wait here, not each with a connection in hand.
  const oneAtATime = createOneAtATime({
    waitingMax,
    refuse: () => new RequestRefusedError('RATE_LIMITED', 'Too many refreshes of this sign-in at once.'),
  });

  function standingOf(family: RefreshFamily, { counter }: RefreshToken): Standing | null {
    if (counter === family.counter) return 'current';
    if (counter > family.counter) return null;
    if (counter < family.counter - 1) return 'reused';
    const sinceMs = clock.now().getTime() - family.rotatedAt.getTime();
    return sinceMs <= refreshGraceMs || family.usedAt === null ? 'parent' : 'reused';
  }

  async function rotate(
    tx: Prisma.TransactionClient,
    family: RefreshFamily,
    { seed, aheadMs }: { seed: Uint8Array; aheadMs: number },
  ): Promise<number> {
    const counter = family.counter + 1;
    const now = clock.now();
    const expiresAt = new Date(now.getTime() + aheadMs + refreshTokenDays * 86_400_000);
    await tx.refreshFamily.update({
      where: { id: family.id },
      data: {
        ...{ counter, rotatedAt: now, usedAt: null, expiresAt },
        currentHash: hashSecret(makeRefreshToken(family.id, seed, counter)),
        parentHash: family.currentHash,
      },
    });
    await tx.signIn.update({ where: { id: family.signInId }, data: { expiresAt } });
    return counter;
  }

  /**
   * Locks the family by its sign-in, as everything that ends sign-ins does: whoever else brings one of its tokens, on any
   * process, waits for what becomes of it.
   */
  async function lockFamily(tx: Prisma.TransactionClient, id: string): Promise<RefreshFamily | null> {
    await tx.$queryRaw`select 1 from "SignIn"
      where "id" = (select "signInId" from "RefreshFamily" where "id" = ${id}::uuid) for update`;
    return tx.refreshFamily.findUnique({ where: { id } });
  }

  /** Null where a token that was replaced came: what it took away is then to be committed. */
  async function exchange(tx: Prisma.TransactionClient, token: RefreshToken, origin: Origin): Promise<SignedIn | null> {
    const { requestId, address } = origin;
    const family = await lockFamily(tx, token.familyId);
    if (!family) throw new RefreshTokenInvalidError({ reason: 'unknown' });
    const seed = await secrets.open(family.seed, `refresh:${family.id}`);
    if (!isOfFamily(token, seed)) throw new RefreshTokenInvalidError({ reason: 'forged', familyId: family.id });
    const signIn = await tx.signIn.findUniqueOrThrow({ where: { id: family.signInId }, include: { user: true } });
    const { id: signInId, userId, organizationId, provedAt } = signIn;
    const ids = { familyId: family.id, signInId };
    const aheadMs = await aheadMsOf(tx, organizationId);
    if (family.revokedAt ?? signIn.revokedAt) throw new RefreshTokenInvalidError({ reason: 'revoked', ...ids });
    if (family.expiresAt <= ownTime(clock.now(), aheadMs))
      throw new RefreshTokenInvalidError({ reason: 'expired', ...ids });
    const standing = standingOf(family, token);
    if (standing === null) throw new RefreshTokenInvalidError({ reason: 'not made yet', ...ids });

    const actor = { organizationId, userId, apiKeyId: null };
    const target = { targetType: 'SignIn', targetId: signInId, requestId };
    if (standing === 'reused') {
      // Whoever copied this token may have switched with it: what was opened on this device goes, too.
      const { knownDeviceId } = signIn;
      const beside = knownDeviceId === null ? [] : [{ userId, knownDeviceId }];
      await signIns.revoke(tx, { OR: [{ id: signInId }, ...beside] }, 'reuse');
      await audit.record(tx, actor, { action: 'refreshTokenReused', ...target, before: { open: true } });
      return null;
    }

    const membership = await tx.membership.findUnique({
      where: { organizationId_userId: { organizationId, userId } },
      select: { role: true },
    });
    if (!membership || signIn.user.erasedAt) throw new RefreshTokenInvalidError({ reason: 'no member', ...ids });
    const generation = standing === 'current' ? await rotate(tx, family, { seed, aheadMs }) : family.counter;
    const { role } = membership;
    const { locale } = signIn.user;
    const proof = { signInId, apiKeyId: null, scopes: null, provedAt, address };
    const viewer = viewerOf({ organizationId, clockOffsetMs: aheadMs, userId, role, locale, grants: null }, proof);
    const { token: accessToken, expiresAt } = await accessTokens.issue({
      ...{ userId, organizationId, signInId, generation, aheadMs, permissions: viewer.permissions },
    });
    const [before, after] = [{ counter: family.counter }, { counter: generation }];
    await audit.record(tx, actor, { action: 'refreshToken', ...target, before, after });
    return { token: accessToken, refreshToken: makeRefreshToken(family.id, seed, generation), expiresAt, viewer };
  }

  return {
    /** Whose a refresh token is, without using it; null when it is good for nothing. Only looks. */
    async ownerOf(refreshToken: string): Promise<{ signInId: string } | null> {
      const token = readRefreshToken(refreshToken);
      const family =
        token && (await db.refreshFamily.findUnique({ where: { id: token.familyId }, include: ofOrganization }));
      if (!token || !family || family.revokedAt) return null;
      const { clockOffsetMs } = family.signIn.organization;
      if (family.expiresAt <= ownTime(clock.now(), Number(clockOffsetMs))) return null;
      const seed = await secrets.open(family.seed, `refresh:${family.id}`);
      const isGood = isOfFamily(token, seed) && ['current', 'parent'].includes(standingOf(family, token) ?? '');
      return isGood ? { signInId: family.signInId } : null;
    },

    /**
     * A new access token, and the refresh token that is current now. Throws REFRESH_TOKEN_INVALID, and REFRESH_TOKEN_REUSED
     * after ending the sign-in with its access tokens and open sockets.
     */
    async refresh(refreshToken: string, origin: Origin): Promise<SignedIn> {
      const token = readRefreshToken(refreshToken);
      if (!token) throw new RefreshTokenInvalidError({ reason: 'malformed' });
      const signedIn = await oneAtATime(token.familyId, () => db.$transaction((tx) => exchange(tx, token, origin)));
      if (signedIn) return signedIn;
      outbox.kick();
      throw new RefreshTokenReusedError({ familyId: token.familyId });
    },
  };
}
