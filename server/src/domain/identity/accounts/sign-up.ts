import type { Locale, PrismaClient } from '@sightline/db/client';
import type { Clock } from '../../../ports.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { MailQueue } from '../../mail/mail-queue.ts';
import { EmailTakenError, TooManyAttemptsError } from '../identity.errors.ts';
import type { SignInsService } from '../sign-ins.service.ts';
import type { Origin } from '../viewer.ts';
import { networkOf } from './attempts.ts';
import type { Attempts } from './attempts.ts';
import { byPassword } from './by-password.ts';
import type { SignedInHere } from './by-password.ts';
import type { KnownDevices } from './known-devices.ts';
import type { MailLimit } from './mail-limit.ts';
import type { NewPassword } from './new-password.ts';
import { normalizeEmail } from './normalize-email.ts';
import { createOwner, isTaken } from './owners.ts';
import { nobody } from './nobody.ts';

export type SignUpInput = {
  email: string;
  password: string;
  name: string;
  organizationName: string;
  locale: Locale;
  timeZone: string;
};

/** Nobody is signed in yet: the mail to this address says how to go on, whoever has it. */
export type SignUpPending = { pendingEmail: string };

type Deps = {
  db: PrismaClient;
  clock: Clock;
  attempts: Attempts;
  mailLimit: MailLimit;
  mail: MailQueue;
  newPassword: NewPassword;
  signIns: SignInsService;
  devices: KnownDevices;
  audit: AuditLog;
  /** Whether an address has to be proved first. */
  isProofRequired: boolean;
  /** Whether a mail to a new user would reach anybody. */
  sendsMail: boolean;
  /** Sign-ups from one network in an hour. */
  maxAnHour: number;
};

/** Signing up. */
export function createSignUp(deps: Deps) {
  const { db, clock, attempts, mailLimit, mail, newPassword, signIns, devices, audit } = deps;

  /** The same for an address somebody has and for one that nobody has: neither is looked up before the answer. */
  async function ask(input: SignUpInput, passwordHash: string, { requestId }: Origin): Promise<SignUpPending> {
    const { email, name, organizationName, locale, timeZone } = input;
    await mailLimit(email);
    await db.$transaction(async (tx) => {
      await mail.addLater(tx, 'sign-up', { email, name, organizationName, passwordHash, locale, timeZone });
      await audit.record(tx, nobody, { action: 'signUp', targetType: 'User', targetId: null, requestId });
    });
    mail.kick();
    return { pendingEmail: email };
  }

  async function open(input: SignUpInput, passwordHash: string, origin: Origin): Promise<SignedInHere> {
    const { email, name, organizationName, locale, timeZone } = input;
    try {
      return await db.$transaction(async (tx) => {
        const owner = { email, name, organizationName, passwordHash, locale, timeZone };
        const { user, organization } = await createOwner(tx, owner, clock.now());
        const device = await devices.remember(tx, user, { token: null, label: null, origin });
        const who = { userId: user.id, organizationId: organization.id, role: 'OWNER', locale: user.locale } as const;
        const signedIn = await signIns.open(tx, { ...who, ...byPassword, knownDeviceId: device.id, origin });
        if (deps.sendsMail) await mail.addLater(tx, 'verify-email', { email });
        await audit.record(tx, signedIn.viewer, {
          ...{ action: 'signUp', targetType: 'User', targetId: user.id, requestId: origin.requestId },
          after: { email, name, locale, timeZone, organizationId: organization.id },
        });
        return { ...signedIn, deviceToken: device.token };
      });
    } catch (error) {
      throw isTaken(error) ? new EmailTakenError() : error;
    }
  }

  /**
   * Creates a user and an organization they own, and signs them in; where an address has to be proved first, that is what
   * a mail asks for instead. Throws EMAIL_TAKEN (never where it has to be proved), PASSWORD_REFUSED, TOO_MANY_ATTEMPTS.
   */
  return async function signUp(input: SignUpInput, origin: Origin): Promise<SignedInHere | SignUpPending> {
    const limit = { max: deps.maxAnHour, windowSeconds: 3600 };
    const { allowed, retryAfterMs } = await attempts.take('sign-up', networkOf(origin.address), limit);
    if (!allowed) throw new TooManyAttemptsError('sign-up', retryAfterMs);
    const email = normalizeEmail(input.email);
    const passwordHash = await newPassword(input.password, [email, input.name]);
    return deps.isProofRequired
      ? ask({ ...input, email }, passwordHash, origin)
      : open({ ...input, email }, passwordHash, origin);
  };
}
