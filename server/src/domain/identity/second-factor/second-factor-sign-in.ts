import type { PrismaClient } from '@sightline/db/client';
import { z } from 'zod';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { MailQueue } from '../../mail/mail-queue.ts';
import type { SignedInHere } from '../accounts/by-password.ts';
import type { KnownDevices } from '../accounts/known-devices.ts';
import type { OneTimeTokens } from '../accounts/one-time-tokens.ts';
import { TokenInvalidError } from '../identity.errors.ts';
import type { SignInsService } from '../sign-ins.service.ts';
import type { Origin } from '../viewer.ts';
import type { SecondFactorCodes } from './second-factor-codes.ts';

type Deps = {
  db: PrismaClient;
  codes: SecondFactorCodes;
  tokens: OneTimeTokens;
  devices: KnownDevices;
  signIns: SignInsService;
  mail: MailQueue;
  audit: AuditLog;
};

/** What the first factor left on the ticket. */
const firstFactor = z.object({
  kind: z.enum(['WEB', 'DESKTOP', 'API']),
  method: z.enum(['PASSWORD', 'IDENTITY', 'DEVICE_CODE', 'INVITATION']),
  deviceName: z.string().nullish(),
});

/** After that many wrong codes the first factor has to be given again. */
const triesPerTicket = 5;

/** The second step of signing in. */
export function createSecondFactorSignIn({ db, codes, tokens, devices, signIns, mail, audit }: Deps) {
  /**
   * Changes a ticket and a code for a sign-in. Both work once. Throws TOKEN_INVALID for the ticket,
   * SECOND_FACTOR_INVALID for the code, TOO_MANY_ATTEMPTS.
   */
  return async function signInWithSecondFactor(
    { ticket, code, deviceToken }: { ticket: string; code: string; deviceToken: string | null },
    origin: Origin,
  ): Promise<SignedInHere> {
    const { id, userId, payload } = await tokens.find(db, ticket, 'SECOND_FACTOR');
    const counted = await db.oneTimeToken.updateMany({
      where: { id, usedAt: null, attemptCount: { lt: triesPerTicket } },
      data: { attemptCount: { increment: 1 } },
    });
    if (counted.count !== 1) throw new TokenInvalidError();
    const { kind, method, deviceName = null } = firstFactor.parse(payload);
    const member = await db.membership.findFirst({
      where: { userId },
      orderBy: { id: 'asc' },
      include: { user: true },
    });
    if (!member) throw new TokenInvalidError();
    const { organizationId, role, user } = member;

    const signedIn = await codes.spend(userId, code, async (tx) => {
      await tokens.use(tx, ticket, 'SECOND_FACTOR');
      const device = await devices.remember(tx, user, { token: deviceToken, label: deviceName, origin });
      const opened = await signIns.open(tx, {
        ...{ userId, organizationId, role, locale: user.locale, kind, method, deviceName, origin },
        secondFactor: true,
        knownDeviceId: device.id,
      });
      await audit.record(tx, opened.viewer, {
        ...{ action: 'signInWithSecondFactor', targetType: 'SignIn', targetId: opened.viewer.signInId },
        requestId: origin.requestId,
        after: { userId, organizationId, kind, method, knownDeviceId: device.id },
      });
      return { ...opened, deviceToken: device.token };
    });
    mail.kick();
    return signedIn;
  };
}
