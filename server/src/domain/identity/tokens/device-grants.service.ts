import type { DeviceGrant, Prisma, PrismaClient } from '@sightline/db/client';
import { InputInvalidError, NotFoundError } from '../../../errors/request-errors.ts';
import type { Clock } from '../../../ports.ts';
import type { PlaceFinder } from '../../../ports/place-finder.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import { networkOf } from '../accounts/attempts.ts';
import type { Attempts } from '../accounts/attempts.ts';
import { requirePerson } from '../accounts/require-person.ts';
import { TooManyAttemptsError } from '../identity.errors.ts';
import { holdSignIn } from '../sign-ins.service.ts';
import type { SignedIn, SignInsService } from '../sign-ins.service.ts';
import { requireFreshProof } from '../step-up.ts';
import { hashSecret, newSecret } from '../tokens.ts';
import type { Origin, Viewer } from '../viewer.ts';
import { GrantError } from './grant.errors.ts';
import { clientName } from './oauth-clients.ts';
import { newUserCode, plainUserCode } from './user-code.ts';

export type DeviceGrantsService = ReturnType<typeof createDeviceGrantsService>;
type Deps = {
  db: PrismaClient;
  clock: Clock;
  attempts: Attempts;
  places: PlaceFinder;
  signIns: Pick<SignInsService, 'open'>;
  audit: AuditLog;
};

export const deviceGrantSeconds = 600;
/** Seconds between two questions of a device, and what each that came too early adds (RFC 8628, 3.5). */
export const pollIntervalSeconds = 5;
/** How often one person may guess at codes, and one network. */
export const userCodeTries = { max: 5, windowSeconds: 60 };
const networkTries = { max: 20, windowSeconds: 60 };
const begins = { max: 30, windowSeconds: 600 };

/** What the person is shown before they let a device in. */
export type PendingDevice = Pick<DeviceGrant, 'id' | 'deviceName' | 'address' | 'place' | 'createdAt' | 'expiresAt'> & {
  clientName: string;
};

/** Lets in devices without a browser: the person types a code on another one, where they are signed in (RFC 8628). */
export function createDeviceGrantsService({ db, clock, attempts, places, signIns, audit }: Deps) {
  async function take(kind: string, subject: string, limit: { max: number; windowSeconds: number }) {
    const attempt = await attempts.take(kind, subject, limit);
    if (!attempt.allowed) throw new TooManyAttemptsError(kind, attempt.retryAfterMs);
    return attempt;
  }

  /** The grant that waits under this code. A wrong guess counts, a right one does not. */
  async function pending(viewer: Viewer, userCode: string): Promise<DeviceGrant | null> {
    const { userId, address } = requirePerson(viewer);
    const taken = [
      await take('user-code', userId, userCodeTries),
      await take('user-code-network', networkOf(address), networkTries),
    ];
    const grant = await db.deviceGrant.findUnique({ where: { userCodeHash: hashSecret(plainUserCode(userCode)) } });
    if (!grant || grant.state !== 'PENDING' || grant.expiresAt <= clock.now()) return null;
    for (const attempt of taken) await attempt.giveBack();
    return grant;
  }

  /** What a question of the device comes to. What it changes is committed whatever the answer. */
  async function answer(
    tx: Prisma.TransactionClient,
    grant: DeviceGrant,
    origin: Origin,
  ): Promise<SignedIn | GrantError> {
    const now = clock.now();
    const { id, state, userId, organizationId, deviceName, lastPolledAt, intervalSeconds } = grant;
    if (state === 'USED') return new GrantError('INVALID_GRANT', { reason: 'used', id });
    if (grant.expiresAt <= now) return new GrantError('EXPIRED_TOKEN', { id });
    if (state === 'DENIED') return new GrantError('ACCESS_DENIED', { id });
    if (state === 'PENDING' || userId === null || organizationId === null) {
      const isEarly = lastPolledAt !== null && now.getTime() - lastPolledAt.getTime() < intervalSeconds * 1000;
      const next = isEarly ? intervalSeconds + pollIntervalSeconds : intervalSeconds;
      await tx.deviceGrant.update({ where: { id }, data: { lastPolledAt: now, intervalSeconds: next } });
      return new GrantError(isEarly ? 'SLOW_DOWN' : 'AUTHORIZATION_PENDING', { id });
    }
    const membership = await tx.membership.findUnique({
      where: { organizationId_userId: { organizationId, userId } },
      include: { user: { select: { locale: true, erasedAt: true } } },
    });
    if (!membership || membership.user.erasedAt) return new GrantError('INVALID_GRANT', { reason: 'no member', id });
    await tx.deviceGrant.update({ where: { id }, data: { state: 'USED' } });
    const signedIn = await signIns.open(tx, {
      ...{ userId, organizationId, role: membership.role, locale: membership.user.locale },
      ...{ kind: 'DESKTOP', method: 'DEVICE_CODE', secondFactor: false, knownDeviceId: null, deviceName, origin },
      // The person proved themselves elsewhere. What needs a fresh proof asks for it here.
      provedAt: new Date(0),
    });
    const target = { targetType: 'SignIn', targetId: signedIn.viewer.signInId, requestId: origin.requestId };
    await audit.record(tx, signedIn.viewer, { action: 'deviceSignIn', ...target, after: { grantId: id } });
    return signedIn;
  }

  return {
    /** Begins for a device. Both codes are in the answer and nowhere else. Throws INPUT_INVALID, TOO_MANY_ATTEMPTS. */
    async begin({ clientId, deviceName }: { clientId: string; deviceName: string | null }, origin: Origin) {
      if (clientName(clientId) === null) throw new InputInvalidError('client_id', 'There is no such client.');
      await take('device-begin', networkOf(origin.address), begins);
      const [deviceCode, userCode, now] = [newSecret('deviceCode'), newUserCode(), clock.now()];
      await db.deviceGrant.create({
        data: {
          deviceCodeHash: hashSecret(deviceCode),
          userCodeHash: hashSecret(plainUserCode(userCode)),
          clientId,
          deviceName: deviceName?.slice(0, 100) ?? null,
          address: origin.address,
          place: origin.address === null ? null : places.placeOf(origin.address),
          intervalSeconds: pollIntervalSeconds,
          createdAt: now,
          expiresAt: new Date(now.getTime() + deviceGrantSeconds * 1000),
        },
      });
      await db.deviceGrant.deleteMany({ where: { expiresAt: { lt: new Date(now.getTime() - 86_400_000) } } });
      return { deviceCode, userCode, expiresInSeconds: deviceGrantSeconds, intervalSeconds: pollIntervalSeconds };
    },

    /** The device that waits under this code; null when none does. Throws UNAUTHENTICATED for keys, TOO_MANY_ATTEMPTS. */
    async find(viewer: Viewer, userCode: string): Promise<PendingDevice | null> {
      const grant = await pending(viewer, userCode);
      return grant && { ...grant, clientName: clientName(grant.clientId) ?? grant.clientId };
    },

    /** Lets the device in, or not. Throws NOT_FOUND, TOO_MANY_ATTEMPTS, and STEP_UP_REQUIRED for letting it in. */
    async decide(viewer: Viewer, userCode: string, state: 'APPROVED' | 'DENIED', requestId: string): Promise<void> {
      const { userId, organizationId, signInId } = requirePerson(viewer);
      if (state === 'APPROVED') requireFreshProof(viewer, clock.now());
      const grant = await pending(viewer, userCode);
      if (!grant) throw new NotFoundError('Device', '');
      await db.$transaction(async (tx) => {
        await holdSignIn(tx, signInId);
        const { count } = await tx.deviceGrant.updateMany({
          where: { id: grant.id, state: 'PENDING' },
          data: { state, userId, organizationId },
        });
        if (count === 0) throw new NotFoundError('Device', grant.id);
        const action = state === 'APPROVED' ? 'approveDevice' : 'denyDevice';
        const target = { targetType: 'DeviceGrant', targetId: grant.id, requestId };
        await audit.record(tx, viewer, { action, ...target, before: { state: 'PENDING' }, after: { state } });
      });
    },

    /** Tokens for a device that was let in. Throws the answers of RFC 8628 as coded errors. */
    async redeem(
      { deviceCode, clientId }: { deviceCode: string; clientId: string },
      origin: Origin,
    ): Promise<SignedIn> {
      const deviceCodeHash = hashSecret(deviceCode);
      const outcome = await db.$transaction(async (tx) => {
        await tx.$queryRaw`select 1 from "DeviceGrant" where "deviceCodeHash" = ${deviceCodeHash} for update`;
        const grant = await tx.deviceGrant.findUnique({ where: { deviceCodeHash } });
        if (!grant || grant.clientId !== clientId) return new GrantError('INVALID_GRANT', { reason: 'unknown' });
        return answer(tx, grant, origin);
      });
      if (outcome instanceof GrantError) throw outcome;
      return outcome;
    },
  };
}
