import type { PrismaClient, RateLimitOverride, RateLimitSubject } from '@sightline/db/client';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Rate } from './rate-rules.ts';

type Deps = { db: PrismaClient; audit: AuditLog; outbox: Outbox; now(): Date; requestId: string };

/** For whom and what a rate is agreed. */
export type OverrideOf = {
  organizationId: string;
  subject: RateLimitSubject;
  /** The organization, key or user. */
  subjectId: string;
  /** `graphql`, a root field such as `Mutation.startSession`, or `*`. */
  endpoint: string;
};

export type OverrideTerms = Rate & { reason: string; expiresAt: Date | null };

/** Whoever asks for it names something that is not there. */
export class OverrideError extends Error {
  override readonly name = 'OverrideError';
}

/** Nobody of any organization: whoever may run commands on the server. */
const operator = { organizationId: null, userId: null, apiKeyId: null } as const;
const targetType = 'RateLimitOverride';

/** What the operator agrees with organizations, their keys and their people. Servers know it within a second. */
export function createOverrideEditor({ db, audit, outbox, now, requestId }: Deps) {
  /** Throws OverrideError: an override of somebody else's key would never be looked at. */
  async function requireSubject({ organizationId, subject, subjectId }: OverrideOf): Promise<void> {
    const isThere =
      subject === 'API_KEY'
        ? await db.apiKey.count({ where: { id: subjectId, organizationId } })
        : subject === 'USER'
          ? await db.membership.count({ where: { userId: subjectId, organizationId } })
          : await db.organization.count({ where: { id: subjectId, AND: { id: organizationId } } });
    if (isThere === 0) throw new OverrideError(`The organization ${organizationId} has no ${subject} ${subjectId}.`);
  }

  return {
    list: (organizationId: string): Promise<RateLimitOverride[]> =>
      db.rateLimitOverride.findMany({ where: { organizationId }, orderBy: { id: 'asc' } }),

    /** Agrees on a rate, instead of the one before if there was one. Throws OverrideError. */
    async set(of: OverrideOf, terms: OverrideTerms): Promise<void> {
      await requireSubject(of);
      await db.$transaction(async (tx) => {
        const where = { organizationId_subject_subjectId_endpoint: of };
        const before = await tx.rateLimitOverride.findUnique({ where });
        const data = { ...terms, createdAt: now() };
        const after = await tx.rateLimitOverride.upsert({ where, create: { ...of, ...data }, update: data });
        await outbox.addPrisma(tx, 'access.changed', { organizationId: of.organizationId });
        const act = { action: 'setRateLimit', targetType, targetId: after.id, requestId, after };
        await audit.record(tx, operator, before ? { ...act, before } : act);
      });
    },

    /** Goes back to what the plan says. Throws OverrideError. */
    async remove(of: OverrideOf): Promise<void> {
      await db.$transaction(async (tx) => {
        const where = { organizationId_subject_subjectId_endpoint: of };
        const before = await tx.rateLimitOverride.findUnique({ where });
        if (!before) throw new OverrideError('Nothing was agreed about that.');
        await tx.rateLimitOverride.delete({ where });
        await outbox.addPrisma(tx, 'access.changed', { organizationId: of.organizationId });
        await audit.record(tx, operator, {
          ...{ action: 'removeRateLimit', targetType, targetId: before.id, requestId, before },
        });
      });
    },
  };
}
