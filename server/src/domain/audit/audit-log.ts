import { randomUUIDv7 } from 'node:crypto';
import type { Prisma } from '@sightline/db/client';
import type { OrganizationClock } from '../../organization-clock.ts';
import type { Viewer } from '../identity/viewer.ts';
import { stateHash } from './state-hash.ts';

export type AuditLog = ReturnType<typeof createAuditLog>;

/** Who acts. A viewer is one; for what nobody in particular asked for, such as a reset, the ids may be null. */
export type Actor = {
  readonly organizationId: string | null;
  readonly userId: string | null;
  readonly apiKeyId: string | null;
};

export type Act = {
  /** Name of the mutation. */
  action: string;
  /** Type of what it changed, such as `Source`. */
  targetType?: string;
  targetId: string | null;
  requestId: string;
  /** What was changed, as it was and as it is now: only a digest of it is kept. Left out: there was, or is, nothing. */
  before?: unknown;
  after?: unknown;
};

/** The only writer of audit entries: one row per mutation, in the mutation's own transaction. */
export function createAuditLog({ clock }: { clock: Pick<OrganizationClock, 'nowOf' | 'ours'> }) {
  return {
    /**
     * Adds the entry. The database gives it its number and links it to the one before, and holds the end of the
     * organization's chain until the commit: call it late in the transaction, after all other locks are taken.
     */
    async record(tx: Prisma.TransactionClient, actor: Actor | Viewer, act: Act): Promise<void> {
      const { organizationId, userId, apiKeyId } = actor;
      const at = organizationId === null ? clock.ours.now() : clock.nowOf(organizationId);
      const { action, targetType = null, targetId, requestId, before, after } = act;
      await tx.$executeRaw`insert into "AuditEntry" ("id", "organizationId", "actorUserId", "actorApiKeyId", "action",
          "targetType", "targetId", "requestId", "beforeHash", "afterHash", "at")
        values (${randomUUIDv7()}::uuid, ${organizationId}::uuid, ${userId}::uuid, ${apiKeyId}::uuid, ${action},
          ${targetType}, ${targetId}::uuid, ${requestId}, ${stateHash(before)}, ${stateHash(after)}, ${at})`;
    },
  };
}
