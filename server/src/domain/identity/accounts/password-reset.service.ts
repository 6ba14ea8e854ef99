import type { Prisma, PrismaClient, User } from '@sightline/db/client';
import { NotFoundError } from '../../../errors/request-errors.ts';
import type { Clock } from '../../../ports.ts';
import type { Act, Actor, AuditLog } from '../../audit/audit-log.ts';
import type { MailQueue } from '../../mail/mail-queue.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import { CredentialsInvalidError } from '../identity.errors.ts';
import type { SignInsService } from '../sign-ins.service.ts';
import { requireFreshProof } from '../step-up.ts';
import type { Origin, Viewer } from '../viewer.ts';
import { endOtherWays } from './end-other-ways.ts';
import type { KnownDevices } from './known-devices.ts';
import type { MailLimit } from './mail-limit.ts';
import type { NewPassword } from './new-password.ts';
import { nobody } from './nobody.ts';
import { normalizeEmail } from './normalize-email.ts';
import type { OneTimeTokens } from './one-time-tokens.ts';
import type { PasswordCheck } from './password-check.ts';
import { requirePerson } from './require-person.ts';

export type PasswordResetService = ReturnType<typeof createPasswordResetService>;
type Deps = {
  db: PrismaClient;
  clock: Clock;
  tokens: OneTimeTokens;
  passwords: PasswordCheck;
  newPassword: NewPassword;
  devices: KnownDevices;
  signIns: SignInsService;
  mail: MailQueue;
  mailLimit: MailLimit;
  outbox: Outbox;
  audit: AuditLog;
  webUrl(): string;
};

/** Getting another password. */
export function createPasswordResetService(deps: Deps) {
  const { db, clock, tokens, passwords, newPassword, devices, signIns, mail, mailLimit, outbox, audit, webUrl } = deps;

  /** Everything but the sign-in `keep` ends: whoever knew the old password is out. Throws CREDENTIALS_INVALID, see below. */
  async function replace(
    tx: Prisma.TransactionClient,
    user: User,
    { passwordHash, keep, data }: { passwordHash: string; keep: string | null; data?: Prisma.UserUpdateInput },
  ): Promise<void> {
    // Of two who replace one password at once, the second comes too late: what they knew is worth nothing by now.
    const same = await tx.$queryRaw<unknown[]>`select 1 from "User" where "id" = ${user.id}::uuid
      and "email" = ${user.email} and "passwordChangedAt" = ${user.passwordChangedAt} for no key update`;
    if (same.length === 0) throw new CredentialsInvalidError();
    const kept = keep && (await tx.signIn.findUnique({ where: { id: keep }, select: { knownDeviceId: true } }));
    await tx.user.update({
      where: { id: user.id },
      data: { ...data, passwordHash, passwordChangedAt: clock.now() },
    });
    await tokens.end(tx, user.id);
    const others = kept && kept.knownDeviceId ? { id: { not: kept.knownDeviceId } } : {};
    await tx.knownDevice.deleteMany({ where: { userId: user.id, ...others } });
    await signIns.revoke(tx, { userId: user.id, ...(keep && { id: { not: keep } }) }, 'password');
    await mail.add(tx, {
      to: user.email,
      userId: user.id,
      template: 'password-changed',
      locale: user.locale,
      values: { name: user.name, link: `${webUrl()}/forgot-password` },
    });
  }

  async function record(
    tx: Prisma.TransactionClient,
    actor: Actor,
    act: Pick<Act, 'action' | 'requestId'>,
    user: User,
  ) {
    await audit.record(tx, actor, {
      ...{ ...act, targetType: 'User', targetId: user.id },
      before: { passwordChangedAt: user.passwordChangedAt },
      after: { passwordChangedAt: clock.now() },
    });
  }

  function kick(): void {
    outbox.kick();
    mail.kick();
  }

  return {
    /** Asks for a link. The same answer for every address, after the same time. Throws TOO_MANY_ATTEMPTS. */
    async request(address: string, { requestId }: Origin): Promise<{ email: string }> {
      const email = normalizeEmail(address);
      await mailLimit(email);
      await db.$transaction(async (tx) => {
        await mail.addLater(tx, 'reset-password', { email });
        const act = { action: 'requestPasswordReset', targetType: 'User', targetId: null, requestId };
        await audit.record(tx, nobody, act);
      });
      mail.kick();
      return { email };
    },

    /**
     * Takes the token of a mail and signs everybody out; signs nobody in, so a second factor goes on protecting. The device
     * is known from now on: somebody who is held off by strangers gets in this way. Where nobody had proved the address
     * before, whatever else was set up without its owner ends, too: keys, identities, a second factor. Throws TOKEN_INVALID, and
     * PASSWORD_REFUSED, which leaves the token good.
     */
    async reset(token: string, password: string, origin: Origin): Promise<{ email: string; deviceToken: string }> {
      const { requestId } = origin;
      const { userId, email: proved } = await tokens.find(db, token, 'RESET_PASSWORD');
      const user = await db.user.findUniqueOrThrow({
        where: { id: userId },
        include: { memberships: { orderBy: { id: 'asc' }, take: 1 } },
      });
      const passwordHash = await newPassword(password, [user.email, user.name]);
      const deviceToken = await db.$transaction(async (tx) => {
        await tokens.use(tx, token, 'RESET_PASSWORD');
        const isProof = proved === user.email && user.emailVerifiedAt === null;
        const data = isProof ? { emailVerifiedAt: clock.now() } : {};
        await replace(tx, user, { passwordHash, keep: null, data });
        if (isProof) await endOtherWays(tx, userId, { outbox, now: clock.now() });
        const device = await devices.remember(tx, user, { token: null, label: null, origin });
        const organizationId = user.memberships[0]?.organizationId ?? null;
        await record(tx, { organizationId, userId, apiKeyId: null }, { action: 'resetPassword', requestId }, user);
        return device.token;
      });
      kick();
      return { email: user.email, deviceToken };
    },

    /**
     * Replaces the viewer's password and signs out all other devices. Who has none yet proves themselves in another way.
     * Throws UNAUTHENTICATED for keys, CREDENTIALS_INVALID, STEP_UP_REQUIRED, PASSWORD_REFUSED, TOO_MANY_ATTEMPTS.
     */
    async change(
      viewer: Viewer,
      { currentPassword, newPassword: chosen }: { currentPassword: string | null; newPassword: string },
      origin: Origin,
    ): Promise<void> {
      const { userId, signInId } = requirePerson(viewer);
      const user = await db.user.findUnique({ where: { id: userId } });
      if (!user) throw new NotFoundError('User', userId);
      if (user.passwordHash === null) requireFreshProof(viewer, clock.now());
      else {
        const asked = { userId, password: currentPassword ?? '', origin, knownDevice: null };
        if (!(await passwords.check(asked))) throw new CredentialsInvalidError();
      }
      const passwordHash = await newPassword(chosen, [user.email, user.name]);
      await db.$transaction(async (tx) => {
        await replace(tx, user, { passwordHash, keep: signInId });
        await record(tx, viewer, { action: 'changePassword', requestId: origin.requestId }, user);
      });
      kick();
    },
  };
}
