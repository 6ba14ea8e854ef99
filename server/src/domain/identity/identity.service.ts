import type { PrismaClient, SignInKind } from '@sightline/db/client';
import { UnauthenticatedError } from '../../errors/request-errors.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { MailQueue } from '../mail/mail-queue.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { networkOf } from './accounts/attempts.ts';
import { byPassword } from './accounts/by-password.ts';
import type { SignedInHere } from './accounts/by-password.ts';
import type { KnownDevices } from './accounts/known-devices.ts';
import type { PasswordCheck } from './accounts/password-check.ts';
import type { Slots } from './accounts/slots.ts';
import { CredentialsInvalidError, EmailNotVerifiedError } from './identity.errors.ts';
import type { SecondFactorGate, SecondFactorTicket } from './second-factor-gate.ts';
import type { SignInsService } from './sign-ins.service.ts';
import type { Origin, Viewer } from './viewer.ts';

export type IdentityService = ReturnType<typeof createIdentityService>;
type Deps = {
  db: PrismaClient;
  passwords: PasswordCheck;
  devices: KnownDevices;
  secondFactor: SecondFactorGate;
  signIns: SignInsService;
  mail: MailQueue;
  outbox: Outbox;
  audit: AuditLog;
  /** Whether an address has to be proved before its owner gets in. */
  isProofRequired: boolean;
  /** Ways in, few at a time: a rush of people must not take all connections to the database from those who are in. */
  doors: Slots;
};

export type SignInInput = {
  email: string;
  password: string;
  /** What this device was given when somebody signed in on it before; null when it was given nothing. */
  deviceToken: string | null;
  /** What the person sees of the device; null: what its program calls itself. */
  deviceName?: string | null;
  kind?: SignInKind;
};

/** Signing in and out. */
export function createIdentityService(deps: Deps) {
  const { db, passwords, devices, secondFactor, signIns, mail, outbox, audit } = deps;

  async function signIn(input: SignInInput, origin: Origin): Promise<SignedInHere | SecondFactorTicket> {
    const { email, password, deviceToken, deviceName = null, kind = byPassword.kind } = input;
    const person = await passwords.check({ email, password, origin, knownDevice: deviceToken });
    if (!person?.organizationId || !person.role) throw new CredentialsInvalidError();
    if (deps.isProofRequired && !person.emailVerifiedAt) throw new EmailNotVerifiedError();
    const { userId, organizationId, role, locale } = person;
    const outcome = await db.$transaction(async (tx) => {
      // Whoever replaces the password meanwhile either waits and ends what is opened here, or is waited for and seen.
      const same = await tx.$queryRaw<unknown[]>`select 1 from "User" where "id" = ${userId}::uuid
        and "passwordChangedAt" = ${person.passwordChangedAt} and "erasedAt" is null for share`;
      if (same.length === 0) throw new CredentialsInvalidError();
      const ticket = await secondFactor.challenge(tx, userId, { ...byPassword, kind, deviceName });
      if (ticket) {
        const act = { action: 'signIn', targetType: 'User', targetId: userId, requestId: origin.requestId };
        await audit.record(tx, { organizationId, userId, apiKeyId: null }, { ...act, after: { challenged: true } });
        return ticket;
      }
      const label = { token: deviceToken, label: deviceName, origin };
      const device = await devices.remember(tx, { ...person, id: userId }, label);
      const signedIn = await signIns.open(tx, {
        ...{ userId, organizationId, role, locale, ...byPassword, kind, deviceName, origin },
        knownDeviceId: device.id,
      });
      await audit.record(tx, signedIn.viewer, {
        action: 'signIn',
        targetType: 'SignIn',
        targetId: signedIn.viewer.signInId,
        requestId: origin.requestId,
        after: { userId, organizationId, kind, knownDeviceId: device.id },
      });
      return { ...signedIn, deviceToken: device.token };
    });
    mail.kick();
    return outcome;
  }

  return {
    /**
     * Opens a device session in the user's first organization; a ticket for the second factor where they have one.
     * Throws CREDENTIALS_INVALID, EMAIL_NOT_VERIFIED, TOO_MANY_ATTEMPTS, SERVICE_UNAVAILABLE.
     */
    signIn: (input: SignInInput, origin: Origin) => deps.doors(() => signIn(input, origin), networkOf(origin.address)),

    /** Ends the device session that asks; its token and open sockets die with it. */
    async signOut(viewer: Viewer, requestId: string): Promise<void> {
      const { signInId } = viewer;
      if (!signInId) throw new UnauthenticatedError({ reason: 'a key cannot sign out' });
      await db.$transaction(async (tx) => {
        await signIns.revoke(tx, { id: signInId }, 'signed-out');
        await audit.record(tx, viewer, {
          ...{ action: 'signOut', targetType: 'SignIn', targetId: signInId, requestId },
          before: { revoked: false },
          after: { revoked: true },
        });
      });
      outbox.kick();
    },
  };
}
