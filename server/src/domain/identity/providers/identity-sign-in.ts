import type { ExternalIdentity, Prisma, PrismaClient, SignInKind, User } from '@sightline/db/client';
import type { Clock } from '../../../ports.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { MailQueue } from '../../mail/mail-queue.ts';
import { networkOf } from '../accounts/attempts.ts';
import type { Attempts } from '../accounts/attempts.ts';
import type { SignedInHere } from '../accounts/by-password.ts';
import type { KnownDevices } from '../accounts/known-devices.ts';
import type { MailLimit } from '../accounts/mail-limit.ts';
import { normalizeEmail } from '../accounts/normalize-email.ts';
import type { OneTimeTokens } from '../accounts/one-time-tokens.ts';
import { createOwner, isTaken } from '../accounts/owners.ts';
import { nobody } from '../accounts/nobody.ts';
import { EmailNotVerifiedError, TooManyAttemptsError } from '../identity.errors.ts';
import type { SecondFactorGate, SecondFactorTicket } from '../second-factor-gate.ts';
import type { SignInsService } from '../sign-ins.service.ts';
import type { Origin } from '../viewer.ts';
import { addIdentity } from './identities.service.ts';
import type { ProvedIdentity } from './identity-client.ts';
import { IdentityRefusedError } from './providers.errors.ts';
import type { FinishedVisit, Visits } from './visits.ts';

type Deps = {
  db: PrismaClient;
  clock: Clock;
  visits: Visits;
  attempts: Attempts;
  tokens: OneTimeTokens;
  devices: KnownDevices;
  gate: SecondFactorGate;
  signIns: SignInsService;
  mail: MailQueue;
  mailLimit: MailLimit;
  audit: AuditLog;
  titleOf(provider: string): string;
  webUrl(): string;
  /** Whether an address has to be proved before its owner gets in. */
  isProofRequired: boolean;
  /** New users from one network in an hour. */
  maxAnHour: number;
};

export type IdentitySignIn = {
  code: string;
  verifier: string;
  deviceToken: string | null;
  deviceName: string | null;
  kind?: SignInKind;
};

/** Nobody is signed in: a mail asks the owner of the account of this address whether the identity is theirs. */
export type LinkPending = { pendingEmail: string };

export type IdentitySignInOutcome = SignedInHere | SecondFactorTicket | LinkPending;

const linkMinutes = 60;

type Whose = User | { unproved: User };

/** Signing in with an identity from elsewhere. */
export function createIdentitySignIn(deps: Deps) {
  const { db, clock, visits, attempts, tokens, devices, gate, signIns, mail, mailLimit, audit } = deps;

  /** Whose identity it is: known, of the account with its address, or somebody new. */
  async function whose(tx: Prisma.TransactionClient, { provider, identity }: FinishedVisit): Promise<Whose> {
    const { issuer, subject } = identity;
    const now = clock.now();
    const where = { issuer_subject: { issuer, subject } };
    const known = await tx.externalIdentity.findUnique({ where, include: { user: true } });
    if (known) return useKnown(tx, known, identity);
    if (identity.email === null || !identity.isEmailVerified) {
      throw new IdentityRefusedError('a new identity whose address nobody vouches for');
    }
    const email = normalizeEmail(identity.email);
    const existing = await tx.user.findUnique({ where: { email } });
    // Whoever signed up with an address that is not proved may be anybody: they must not share an account with its owner.
    if (existing && !existing.emailVerifiedAt) return { unproved: existing };
    const user = existing ?? (await create(tx, email, identity.name));
    await addIdentity(tx, { provider, identity, userId: user.id, now });
    return user;
  }

  async function useKnown(
    tx: Prisma.TransactionClient,
    { id, user }: ExternalIdentity & { user: User },
    { email }: ProvedIdentity,
  ): Promise<User> {
    if (user.erasedAt) throw new IdentityRefusedError('its user was erased');
    await tx.externalIdentity.update({ where: { id }, data: { lastUsedAt: clock.now(), ...(email && { email }) } });
    return user;
  }

  async function create(tx: Prisma.TransactionClient, email: string, said: string | null): Promise<User> {
    const name = plainName(said) || email.slice(0, email.indexOf('@'));
    const rest = { passwordHash: null, locale: 'EN', timeZone: 'UTC', emailVerifiedAt: clock.now() } as const;
    return (await createOwner(tx, { email, name, organizationName: name, ...rest }, clock.now())).user;
  }

  /** The identity is kept on the token until the mail is answered, and joined then. */
  async function askByMail(
    tx: Prisma.TransactionClient,
    user: User,
    { provider, identity }: FinishedVisit,
    requestId: string,
  ): Promise<LinkPending> {
    const { id: userId, email, locale, name } = user;
    const about = { userId, purpose: 'LINK_IDENTITY', email, minutes: linkMinutes } as const;
    const token = await tokens.issue(tx, { ...about, payload: { provider, identity } });
    const link = `${deps.webUrl()}/confirm-identity#token=${token}`;
    const values = { name, provider: deps.titleOf(provider), link };
    await mail.add(tx, { to: email, userId, template: 'link-identity', locale, values });
    const act = { action: 'signInWithIdentity', targetType: 'User', targetId: userId, requestId };
    await audit.record(tx, nobody, { ...act, after: { provider, pending: true } });
    return { pendingEmail: email };
  }

  async function open(
    tx: Prisma.TransactionClient,
    user: User,
    { deviceToken, deviceName, kind = 'API' }: IdentitySignIn,
    origin: Origin,
  ): Promise<SignedInHere | SecondFactorTicket> {
    const { id: userId, locale } = user;
    if (deps.isProofRequired && !user.emailVerifiedAt) throw new EmailNotVerifiedError();
    const member = await tx.membership.findFirst({ where: { userId }, orderBy: { id: 'asc' } });
    if (!member) throw new IdentityRefusedError('its user belongs to no organization');
    const { organizationId, role } = member;
    const how = { kind, method: 'IDENTITY', secondFactor: false, deviceName } as const;
    const { requestId } = origin;
    const ticket = await gate.challenge(tx, userId, how);
    if (ticket) {
      const act = { action: 'signInWithIdentity', targetType: 'User', targetId: userId, requestId };
      await audit.record(tx, { organizationId, userId, apiKeyId: null }, { ...act, after: { challenged: true } });
      return ticket;
    }
    const device = await devices.remember(tx, user, { token: deviceToken, label: deviceName, origin });
    const who = { userId, organizationId, role, locale };
    const signedIn = await signIns.open(tx, { ...who, ...how, knownDeviceId: device.id, origin });
    await audit.record(tx, signedIn.viewer, {
      ...{ action: 'signInWithIdentity', targetType: 'SignIn', targetId: signedIn.viewer.signInId, requestId },
      after: { userId, organizationId, kind, knownDeviceId: device.id },
    });
    return { ...signedIn, deviceToken: device.token };
  }

  /** Limits are taken outside of the transaction: they hold, however it ends. */
  async function takeLimits({ identity }: FinishedVisit, { address }: Origin): Promise<void> {
    const { issuer, subject, email, isEmailVerified } = identity;
    const known = await db.externalIdentity.findUnique({ where: { issuer_subject: { issuer, subject } } });
    if (known || email === null || !isEmailVerified) return;
    const user = await db.user.findUnique({ where: { email: normalizeEmail(email) } });
    if (user?.emailVerifiedAt) return;
    if (user) return mailLimit(user.email);
    const limit = { max: deps.maxAnHour, windowSeconds: 3600 };
    const { allowed, retryAfterMs } = await attempts.take('sign-up', networkOf(address), limit);
    if (!allowed) throw new TooManyAttemptsError('sign-up', retryAfterMs);
  }

  async function finish(visit: FinishedVisit, input: IdentitySignIn, origin: Origin): Promise<IdentitySignInOutcome> {
    return db.$transaction(async (tx) => {
      await visits.end(tx, visit);
      const user = await whose(tx, visit);
      return 'unproved' in user ? askByMail(tx, user.unproved, visit, origin.requestId) : open(tx, user, input, origin);
    });
  }

  /**
   * Changes the code of a visit for a sign-in, a ticket for the second factor, or a mail to the owner of the address.
   * Who is new gets an account and an organization. Throws IDENTITY_REFUSED, EMAIL_NOT_VERIFIED, TOO_MANY_ATTEMPTS.
   */
  return async function signInWithIdentity(input: IdentitySignIn, origin: Origin): Promise<IdentitySignInOutcome> {
    const visit = await visits.find(input.code, input.verifier, null);
    await takeLimits(visit, origin);
    try {
      return await finish(visit, input, origin);
    } catch (error) {
      // Somebody got the address or the identity a moment before; nothing was used up, and now it is known.
      if (!isTaken(error)) throw error;
      return await finish(visit, input, origin);
    } finally {
      mail.kick();
    }
  };
}

/** What another site calls somebody: one line of at most 100 characters. */
function plainName(said: string | null): string {
  return (said ?? '')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .trim()
    .slice(0, 100);
}
