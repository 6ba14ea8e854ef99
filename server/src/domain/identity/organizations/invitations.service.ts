import type { Invitation, PrismaClient, Role } from '@sightline/db/client';
import { NotFoundError } from '../../../errors/request-errors.ts';
import type { Clock } from '../../../ports.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { MailQueue } from '../../mail/mail-queue.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import type { AttemptLimit, Attempts } from '../accounts/attempts.ts';
import { TooManyAttemptsError } from '../identity.errors.ts';
import { permissionsOf } from '../permissions.ts';
import { requirePerson } from '../require-person.ts';
import type { SignedIn, SignInsService } from '../sign-ins.service.ts';
import { hashSecret, newSecret } from '../tokens.ts';
import type { Origin, Viewer } from '../viewer.ts';
import { lockAccess, requireMayGrantRole, requireProofForRole } from './granting.ts';
import { AlreadyMemberError, InvitationInvalidError } from './organizations.errors.ts';
import { invitationsVisibleTo } from './organizations.policy.ts';
import type { RequireSeats } from './organizations.ts';
import { openBeside } from './switch-sign-in.ts';
import type { Beside } from './switch-sign-in.ts';

export type InvitationsService = ReturnType<typeof createInvitationsService>;
type Deps = {
  db: PrismaClient;
  clock: Clock;
  outbox: Outbox;
  audit: AuditLog;
  mail: MailQueue;
  attempts: Attempts;
  signIns: SignInsService;
  webUrl(): string;
  requireSeats: RequireSeats;
};

const invitationDays = 7;
const daySeconds = 86_400;
/** Mails to strangers in our name: so many a day from one organization, and so many to one address from all. */
const perOrganization = { max: 100, windowSeconds: daySeconds };
const perAddress = { max: 5, windowSeconds: daySeconds };
const open = { acceptedAt: null, revokedAt: null } as const;

/** Offers of a membership, sent to an address. The secret is in the mail and nowhere else. */
export function createInvitationsService({ webUrl, requireSeats, ...deps }: Deps) {
  const { db, clock, outbox, audit, mail, attempts, signIns } = deps;

  async function take(kind: string, subject: string, limit: AttemptLimit): Promise<void> {
    const { allowed, retryAfterMs } = await attempts.take(kind, subject, limit);
    if (!allowed) throw new TooManyAttemptsError(kind, retryAfterMs);
  }

  return {
    /**
     * Sends an offer; one that is open for the same address is withdrawn. Answers the same whether anybody has an
     * account with this address. Throws ALREADY_MEMBER, TOO_MANY_ATTEMPTS, PLAN_LIMIT_REACHED without a seat, FORBIDDEN for a role that may do more than who
     * offers it, and STEP_UP_REQUIRED for one that manages others.
     */
    async invite(
      viewer: Viewer,
      input: { email: string; role: Role },
      { requestId }: Pick<Origin, 'requestId'>,
    ): Promise<{ id: string }> {
      const email = input.email.trim().toLowerCase();
      const { organizationId, userId: invitedByUserId } = viewer;
      requireProofForRole(viewer, input.role, clock.now());
      await take('invitation', organizationId, perOrganization);
      await take('invitation-address', email, perAddress);
      const token = newSecret('oneTime');
      const now = clock.now();
      const invitation = await db.$transaction(async (tx) => {
        requireMayGrantRole(await lockAccess(tx, viewer, 'members:write'), input.role);
        const known = await tx.user.findUnique({
          where: { email },
          select: { id: true, locale: true, memberships: { where: { organizationId }, select: { id: true } } },
        });
        if (known && known.memberships.length > 0) throw new AlreadyMemberError();
        await tx.invitation.updateMany({ where: { organizationId, email, ...open }, data: { revokedAt: now } });
        await requireSeats(tx, { organizationId, more: 1, now });
        const expiresAt = new Date(now.getTime() + invitationDays * 86_400_000);
        const created = await tx.invitation.create({
          data: {
            ...{ organizationId, email, role: input.role, invitedByUserId, expiresAt, createdAt: now },
            tokenHash: hashSecret(token),
          },
          include: { organization: { select: { name: true } }, invitedBy: { select: { name: true } } },
        });
        await mail.add(tx, {
          to: email,
          userId: known?.id ?? null,
          byUserId: invitedByUserId,
          template: 'invitation',
          locale: known?.locale ?? viewer.locale,
          values: {
            organization: created.organization.name,
            inviter: created.invitedBy.name,
            // Behind the #, so that it gets into nobody's log and is sent on to nobody.
            link: `${webUrl()}/invitation#token=${token}`,
            days: invitationDays,
          },
        });
        await audit.record(tx, viewer, {
          ...{ action: 'inviteMember', targetType: 'Invitation', targetId: created.id, requestId },
          after: { email, role: input.role },
        });
        return created;
      });
      mail.kick();
      return { id: invitation.id };
    },

    /** Withdraws an offer. One that was accepted, or withdrawn before, stays as it is. Throws NOT_FOUND. */
    async revoke(viewer: Viewer, id: string, { requestId }: Pick<Origin, 'requestId'>): Promise<void> {
      await db.$transaction(async (tx) => {
        await lockAccess(tx, viewer, 'members:write');
        const before = await tx.invitation.findFirst({ where: { AND: [{ id }, invitationsVisibleTo(viewer)] } });
        if (!before) throw new NotFoundError('Invitation', id);
        const revokedAt = before.revokedAt ?? (before.acceptedAt ? null : clock.now());
        await tx.invitation.update({ where: { id }, data: { revokedAt } });
        await audit.record(tx, viewer, {
          ...{ action: 'revokeInvitation', targetType: 'Invitation', targetId: id, requestId },
          ...{ before: { revokedAt: before.revokedAt }, after: { revokedAt } },
        });
      });
    },

    /**
     * Makes the person who asks a member, and signs them in there. The token proves that they read mail of the invited
     * address, which has to be theirs. Throws TOKEN_INVALID, the same whatever is wrong, ALREADY_MEMBER, PLAN_LIMIT_REACHED.
     */
    async accept(
      viewer: Viewer,
      token: string,
      origin: Origin,
      how: Pick<Beside, 'keepsTokens'> = {},
    ): Promise<SignedIn> {
      requirePerson(viewer);
      const { userId } = viewer;
      const signedIn = await db.$transaction(async (tx) => {
        const hash = hashSecret(token);
        const found = await tx.invitation.findUnique({ where: { tokenHash: hash } });
        if (!found) throw new InvitationInvalidError();
        const { organizationId } = found;
        // The same lock as for everything else that changes members: it is decided once, by one.
        await tx.$queryRaw`select 1 from "Organization" where "id" = ${organizationId}::uuid for no key update`;
        const invitation = await tx.invitation.findUniqueOrThrow({
          where: { tokenHash: hash },
          include: { invitedBy: { select: { memberships: { where: { organizationId }, select: { role: true } } } } },
        });
        const user = await tx.user.findUniqueOrThrow({ where: { id: userId } });
        const isOpen = !invitation.acceptedAt && !invitation.revokedAt && invitation.expiresAt > clock.now();
        if (!isOpen || user.email !== invitation.email) throw new InvitationInvalidError();
        requireStillOffered(invitation, invitation.invitedBy.memberships[0]?.role);
        const known = await tx.membership.findUnique({ where: { organizationId_userId: { organizationId, userId } } });
        if (known) throw new AlreadyMemberError();
        // Its seat was taken with the offer; the plan may have fewer by now.
        await requireSeats(tx, { organizationId, more: 0, now: clock.now() });
        const membership = await tx.membership.create({ data: { organizationId, userId, role: invitation.role } });
        await tx.invitation.update({ where: { id: invitation.id }, data: { acceptedAt: clock.now() } });
        if (!user.emailVerifiedAt) {
          await tx.user.update({ where: { id: userId }, data: { emailVerifiedAt: clock.now() } });
        }
        const to = { ...how, organizationId, role: invitation.role, origin };
        const opened = await openBeside(tx, signIns, viewer, to);
        await outbox.addPrisma(tx, 'access.changed', { organizationId });
        await audit.record(tx, opened.viewer, {
          ...{ action: 'acceptInvitation', targetType: 'Membership', targetId: membership.id },
          ...{ requestId: origin.requestId, after: { userId, role: invitation.role } },
        });
        return opened;
      });
      outbox.kick();
      return signedIn;
    },
  };
}

/** An offer is worth what its maker may still give. */
function requireStillOffered({ role }: Invitation, inviter: Role | undefined): void {
  const granter = inviter ? permissionsOf(inviter, null) : new Set<never>();
  if (!granter.has('members:write') || [...permissionsOf(role, null)].some((given) => !granter.has(given))) {
    throw new InvitationInvalidError();
  }
}
