import type { ExternalIdentity, Prisma, PrismaClient } from '@sightline/db/client';
import { InputInvalidError, NotFoundError } from '../../../errors/request-errors.ts';
import type { Clock } from '../../../ports.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import { networkOf } from '../accounts/attempts.ts';
import type { Attempts } from '../accounts/attempts.ts';
import { nobody } from '../accounts/nobody.ts';
import { normalizeEmail } from '../accounts/normalize-email.ts';
import { isTaken } from '../accounts/owners.ts';
import { requirePerson } from '../accounts/require-person.ts';
import { EmailNotVerifiedError, TooManyAttemptsError } from '../identity.errors.ts';
import { requireFreshProof } from '../step-up.ts';
import type { Origin, Viewer } from '../viewer.ts';
import type { ProvedIdentity } from './identity-client.ts';
import { IdentityTakenError } from './providers.errors.ts';
import type { ReturnTargets } from './return-targets.ts';
import type { StartedVisit, Visits } from './visits.ts';

type Deps = {
  db: PrismaClient;
  clock: Clock;
  visits: Visits;
  attempts: Attempts;
  returnTarget: ReturnTargets;
  audit: AuditLog;
};

export type AskedVisit = { provider: string; returnTo: string };

/** Each costs a row, and perhaps a call to the issuer. An office behind one address signs in less often. */
const startLimit = { max: 300, windowSeconds: 15 * 60 };

/** What the audit log remembers of an identity, as a digest. */
export const remembered = ({ id, userId, provider, issuer, subject }: ExternalIdentity) => ({
  ...{ id, userId, provider, issuer, subject },
});

/** A new row for an identity that nobody has yet; somebody may be quicker, see `isTaken`. */
export function addIdentity(
  tx: Prisma.TransactionClient,
  { provider, identity, userId, now }: { provider: string; identity: ProvedIdentity; userId: string; now: Date },
): Promise<ExternalIdentity> {
  const { issuer, subject, email } = identity;
  return tx.externalIdentity.create({
    data: { provider, issuer, subject, email, userId, createdAt: now, lastUsedAt: now },
  });
}

/** Beginning visits, and the identities that a person has joined to themselves. */
export function createIdentitiesService({ db, clock, visits, attempts, returnTarget, audit }: Deps) {
  async function begin({ provider, returnTo }: AskedVisit, linkUserId: string | null, origin: Origin) {
    const { allowed, retryAfterMs } = await attempts.take('identity-start', networkOf(origin.address), startLimit);
    if (!allowed) throw new TooManyAttemptsError('identity-start', retryAfterMs);
    return visits.begin(provider, returnTarget(returnTo), linkUserId);
  }

  return {
    /** Begins a visit by which somebody signs in. Throws NOT_FOUND, INPUT_INVALID, IDENTITY_REFUSED, TOO_MANY_ATTEMPTS. */
    async startSignIn(asked: AskedVisit, origin: Origin): Promise<StartedVisit> {
      const { started, keep } = await begin(asked, null, origin);
      await db.$transaction(async (tx) => {
        await keep(tx);
        const act = { action: 'startIdentitySignIn', targetType: 'IdentityAttempt', targetId: started.id };
        await audit.record(tx, nobody, { ...act, requestId: origin.requestId, after: { provider: asked.provider } });
      });
      return started;
    },

    /** Begins a visit by which the viewer joins an identity to themselves. Throws as above, and UNAUTHENTICATED, STEP_UP_REQUIRED. */
    async startLink(viewer: Viewer, asked: AskedVisit, origin: Origin): Promise<StartedVisit> {
      const { userId } = requirePerson(viewer);
      requireFreshProof(viewer, clock.now());
      const { started, keep } = await begin(asked, userId, origin);
      await db.$transaction(async (tx) => {
        await keep(tx);
        const act = { action: 'startIdentityLink', targetType: 'IdentityAttempt', targetId: started.id };
        await audit.record(tx, viewer, { ...act, requestId: origin.requestId, after: { provider: asked.provider } });
      });
      return started;
    },

    /**
     * Joins the identity of a visit that the viewer began. Their own address has to be proved, by us or by this very
     * issuer: or somebody could sign up with an address, join themselves to it, and wait for its owner. Throws
     * UNAUTHENTICATED for keys, STEP_UP_REQUIRED, IDENTITY_REFUSED, IDENTITY_TAKEN, EMAIL_NOT_VERIFIED.
     */
    async link(viewer: Viewer, code: string, verifier: string, requestId: string): Promise<ExternalIdentity> {
      const { userId } = requirePerson(viewer);
      requireFreshProof(viewer, clock.now());
      const visit = await visits.find(code, verifier, userId);
      const { provider, identity } = visit;
      try {
        return await db.$transaction(async (tx) => {
          await visits.end(tx, visit);
          const user = await tx.user.findUniqueOrThrow({ where: { id: userId } });
          const isSame = identity.email !== null && normalizeEmail(identity.email) === user.email;
          if (!user.emailVerifiedAt && !(isSame && identity.isEmailVerified)) throw new EmailNotVerifiedError();
          const where = { issuer_subject: { issuer: identity.issuer, subject: identity.subject } };
          const existing = await tx.externalIdentity.findUnique({ where });
          if (existing && existing.userId !== userId) throw new IdentityTakenError();
          const now = clock.now();
          if (!user.emailVerifiedAt) await tx.user.update({ where: { id: userId }, data: { emailVerifiedAt: now } });
          const joined = existing ?? (await addIdentity(tx, { provider, identity, userId, now }));
          await audit.record(tx, viewer, {
            ...{ action: 'linkIdentity', targetType: 'ExternalIdentity', targetId: joined.id, requestId },
            before: existing && remembered(existing),
            after: remembered(joined),
          });
          return joined;
        });
      } catch (error) {
        throw isTaken(error) ? new IdentityTakenError() : error;
      }
    },

    /**
     * Takes an identity of the viewer's away, unless it is their only way in. Throws UNAUTHENTICATED for keys,
     * STEP_UP_REQUIRED, NOT_FOUND, INPUT_INVALID.
     */
    async unlink(viewer: Viewer, id: string, requestId: string): Promise<Viewer> {
      const { userId } = requirePerson(viewer);
      requireFreshProof(viewer, clock.now());
      await db.$transaction(async (tx) => {
        // Two that are taken away at once must not both be the last but one.
        await tx.$queryRaw`select 1 from "User" where "id" = ${userId}::uuid for update`;
        const user = await tx.user.findUniqueOrThrow({ where: { id: userId }, include: { identities: true } });
        const identity = user.identities.find((each) => each.id === id);
        if (!identity) throw new NotFoundError('Identity', id);
        if (user.passwordHash === null && user.identities.length === 1) {
          throw new InputInvalidError('input.id', 'This is your only way to sign in. Choose a password first.');
        }
        await tx.externalIdentity.delete({ where: { id } });
        await audit.record(tx, viewer, {
          ...{ action: 'unlinkIdentity', targetType: 'ExternalIdentity', targetId: id, requestId },
          before: remembered(identity),
        });
      });
      return viewer;
    },

    /** The viewer's own, oldest first; none for a key. */
    async list({ userId, signInId }: Viewer): Promise<ExternalIdentity[]> {
      return signInId === null ? [] : db.externalIdentity.findMany({ where: { userId }, orderBy: { id: 'asc' } });
    },
  };
}
