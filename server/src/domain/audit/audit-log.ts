import type { Prisma } from '@sightline/db/client';
import type { Viewer } from '../identity/viewer.ts';

export type AuditLog = ReturnType<typeof createAuditLog>;
type Act = { action: string; targetId: string | null; requestId: string };

/** The only writer of audit entries: one row per mutation, in the mutation's own transaction. */
export function createAuditLog() {
  return {
    async record(tx: Prisma.TransactionClient, viewer: Viewer, { action, targetId, requestId }: Act): Promise<void> {
      const { organizationId, userId: actorUserId, apiKeyId: actorApiKeyId } = viewer;
      await tx.auditEntry.create({ data: { organizationId, actorUserId, actorApiKeyId, action, targetId, requestId } });
    },
  };
}
