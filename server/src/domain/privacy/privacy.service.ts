import { randomUUIDv7 } from 'node:crypto';
import type { Prisma, PrivacyRequest } from '@sightline/db/client';
import type { Database } from '@sightline/db/database';
import type { Logger } from 'pino';
import { InputInvalidError } from '../../errors/request-errors.ts';
import type { Clock, ObjectStorage } from '../../ports.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Attempts } from '../identity/accounts/attempts.ts';
import { TooManyAttemptsError } from '../identity/identity.errors.ts';
import type { SignInsService } from '../identity/sign-ins.service.ts';
import { requirePerson } from '../identity/require-person.ts';
import { requireFreshProof } from '../identity/step-up.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { MailQueue } from '../mail/mail-queue.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { createErasePerson } from './erase-person.ts';
import { exportPerson } from './export-person.ts';
import { ErasureBlockedError } from './privacy.errors.ts';

export type PrivacyService = ReturnType<typeof createPrivacyService>;

export type PrivacyDeps = {
  /** What belongs to a person belongs to no organization. */
  system: Database;
  storage: ObjectStorage;
  attempts: Attempts;
  signIns: SignInsService;
  outbox: Outbox;
  mail: MailQueue;
  audit: AuditLog;
  clock: Clock;
  webUrl(): string;
  /** Makes the last bill of an organization that goes. */
  settleUp(tx: Prisma.TransactionClient, organizationId: string): Promise<void>;
  log: Pick<Logger, 'warn'>;
};

const exportsPerDay = { max: 3, windowSeconds: 86_400 };
const exportDays = 7;
const dayMs = 86_400_000;
const linkMs = 5 * 60_000;
const shownRequests = 20;
const json = 'application/json';

/** What people may ask of what we have about them: to see it, to have it forgotten, and what they agreed to. */
export function createPrivacyService(deps: PrivacyDeps) {
  const { system, storage, attempts, signIns, outbox, mail, audit, clock, webUrl } = deps;
  const db = system.prisma;
  const erasePerson = createErasePerson({
    ...{ pool: system.pool, storage, mail },
    settleUp: (organizationId) => db.$transaction((tx) => deps.settleUp(tx, organizationId)),
  });

  /** Only organizations where others work need somebody to stay. */
  async function requireSuccessors(tx: Prisma.TransactionClient, userId: string): Promise<void> {
    const orphaned = await tx.organization.findMany({
      where: {
        memberships: { some: { userId, role: 'OWNER' }, none: { userId: { not: userId }, role: 'OWNER' } },
        AND: { memberships: { some: { userId: { not: userId } } } },
      },
      select: { name: true },
    });
    if (orphaned.length > 0) throw new ErasureBlockedError(orphaned.map(({ name }) => name));
  }

  async function finishExport({ id, userId }: Pick<PrivacyRequest, 'id' | 'userId'>): Promise<void> {
    const text = await exportPerson(system.pool, userId);
    if (text === null) return;
    const storageKey = `exports/${userId}/${id}`;
    await storage.put(storageKey, Buffer.from(text), json);
    const now = clock.now();
    await db.$transaction(async (tx) => {
      const { count } = await tx.privacyRequest.updateMany({
        where: { id, state: 'PENDING' },
        data: { state: 'DONE', storageKey, finishedAt: now, expiresAt: new Date(now.getTime() + exportDays * dayMs) },
      });
      if (count === 0) {
        // Somebody else finished it; or the person was erased meanwhile, and nothing of theirs may stay.
        const row = await tx.privacyRequest.findUnique({ where: { id } });
        if (row?.storageKey !== storageKey) await storage.delete(storageKey);
        return;
      }
      const user = await tx.user.findUniqueOrThrow({ where: { id: userId } });
      const { email: to, name, locale } = user;
      const values = { name, link: `${webUrl()}/account/privacy` };
      await mail.add(tx, { to, userId, template: 'export-ready', locale, values });
    });
    mail.kick();
  }

  return {
    /**
     * Gathers everything about the person who asks, for them to fetch within a week. Throws STEP_UP_REQUIRED,
     * TOO_MANY_ATTEMPTS.
     */
    async requestExport(viewer: Viewer, requestId: string): Promise<{ id: string }> {
      requireFreshProof(viewer, clock.now());
      const { userId } = viewer;
      const attempt = await attempts.take('export', userId, exportsPerDay);
      if (!attempt.allowed) throw new TooManyAttemptsError('export', attempt.retryAfterMs);
      const request = await db.$transaction(async (tx) => {
        const created = await tx.privacyRequest.create({
          data: { id: randomUUIDv7(), userId, kind: 'EXPORT', requestedAt: clock.now() },
        });
        const { id: targetId, kind, state } = created;
        const act = {
          action: 'requestExport',
          targetType: 'PrivacyRequest',
          targetId,
          requestId,
          after: { kind, state },
        };
        await audit.record(tx, viewer, act);
        return created;
      });
      await finishExport(request);
      return { id: request.id };
    },

    /**
     * Forgets the person who asks, at once and for good: all that is left is an id. `email` is theirs, typed again.
     * Throws STEP_UP_REQUIRED, INPUT_INVALID, ERASURE_BLOCKED.
     */
    async eraseMe(viewer: Viewer, input: { email: string }, requestId: string): Promise<void> {
      requireFreshProof(viewer, clock.now());
      const { userId, organizationId } = viewer;
      const user = await db.user.findUniqueOrThrow({ where: { id: userId } });
      if (user.email !== input.email.trim().toLowerCase()) {
        throw new InputInvalidError('input.email', 'Type your own address to confirm.');
      }
      const now = clock.now();
      await db.$transaction(async (tx) => {
        // As everything that changes members: of the last two owners who go at once, one stays.
        await tx.$queryRaw`select 1 from "Organization" where "id" in (
          select "organizationId" from "Membership" where "userId" = ${userId}::uuid) order by "id" for no key update`;
        await requireSuccessors(tx, userId);
        await signIns.revoke(tx, { userId }, 'erased');
        for (const { id: apiKeyId, organizationId: of } of await tx.apiKey.findMany({
          where: { createdByUserId: userId },
        })) {
          await tx.apiKey.update({ where: { id: apiKeyId }, data: { revokedAt: now } });
          await outbox.addPrisma(tx, 'apikey.revoked', { organizationId: of, apiKeyId });
        }
        await tx.user.update({ where: { id: userId }, data: { passwordHash: null } });
        await tx.privacyRequest.create({ data: { id: randomUUIDv7(), userId, kind: 'ERASURE', requestedAt: now } });
        const others = await tx.membership.count({ where: { organizationId, userId: { not: userId } } });
        // Where others are, they are gone from here on; where nobody is, nobody may come in before it goes.
        const isShared = { memberships: { some: { userId: { not: userId } } } };
        await tx.membership.deleteMany({ where: { userId, organization: isShared } });
        await tx.invitation.updateMany({
          where: { invitedByUserId: userId, acceptedAt: null, revokedAt: null },
          data: { revokedAt: now },
        });
        // An organization in which nobody else is goes as well, and its log with it.
        const actor = others > 0 ? viewer : { organizationId: null, userId, apiKeyId: null };
        const act = { action: 'eraseMe', targetType: 'User', targetId: userId, requestId, before: { id: userId } };
        await audit.record(tx, actor, act);
      });
      outbox.kick();
      await erasePerson(userId, now);
    },

    /** Notes what somebody agreed to, or took back. The newest of a document counts. Throws FORBIDDEN for keys. */
    async recordConsent(
      viewer: Viewer,
      input: { document: string; version: string; granted: boolean },
      requestId: string,
    ): Promise<{ id: string }> {
      requirePerson(viewer);
      const { userId } = viewer;
      return db.$transaction(async (tx) => {
        const consent = await tx.consent.create({ data: { ...input, userId, at: clock.now() } });
        const act = { action: 'recordConsent', targetType: 'Consent', targetId: consent.id, requestId, after: consent };
        await audit.record(tx, viewer, act);
        return consent;
      });
    },

    /** Everything the person agreed to or took back, newest first, as far as a screen goes. */
    consentsOf: ({ userId }: Pick<Viewer, 'userId'>) =>
      db.consent.findMany({ where: { userId }, orderBy: [{ at: 'desc' }, { id: 'desc' }], take: 100 }),

    requestsOf: ({ userId }: Pick<Viewer, 'userId'>) =>
      db.privacyRequest.findMany({ where: { userId }, orderBy: { id: 'desc' }, take: shownRequests }),

    /** A link to an export that is ready, good for five minutes; null for anything else. */
    async linkTo({ state, storageKey, expiresAt }: PrivacyRequest): Promise<string | null> {
      const now = clock.now().getTime();
      if (state !== 'DONE' || storageKey === null || expiresAt === null || expiresAt.getTime() <= now) return null;
      const byteSize = await storage.size(storageKey);
      if (byteSize === null) return null;
      const until = new Date(Math.min(now + linkMs, expiresAt.getTime()));
      return storage.sign({ method: 'GET', key: storageKey, expiresAt: until, contentType: json, byteSize });
    },

    /** Takes up what a process that died left behind, and removes exports whose time is over. */
    async tidy(): Promise<void> {
      const now = clock.now();
      const stale = new Date(now.getTime() - linkMs);
      const pending = await db.privacyRequest.findMany({
        where: { state: 'PENDING', requestedAt: { lt: stale } },
        take: 20,
      });
      for (const request of pending) {
        await (request.kind === 'EXPORT' ? finishExport(request) : erasePerson(request.userId, now)).catch(
          (err: unknown) =>
            deps.log.warn({ err, privacyRequestId: request.id }, 'a request for privacy failed, trying again later'),
        );
      }
      const over = await db.privacyRequest.findMany({
        where: { expiresAt: { lte: now }, storageKey: { not: null } },
        take: 100,
      });
      for (const { id, storageKey } of over) {
        if (storageKey) await storage.delete(storageKey);
        await db.privacyRequest.update({ where: { id }, data: { storageKey: null } });
      }
    },
  };
}
