import type { PrismaClient } from '@sightline/db/client';
import { ForbiddenError, NotFoundError } from '../../errors/request-errors.ts';
import type { Clock } from '../../ports.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { canWithSource } from '../identity/access.ts';
import type { Viewer } from '../identity/viewer.ts';
import { sourcesVisibleTo } from '../sources/sources.policy.ts';
import type { SecretBox } from './secret-box.ts';

export type SourceCredentials = ReturnType<typeof createSourceCredentials>;
export type Credential = { username: string; password: string };
type Deps = { db: PrismaClient; secrets: SecretBox; audit: AuditLog; clock: Clock };

/** What opens a source that asks who comes. Written through the API, read by whoever opens the source, never told. */
export function createSourceCredentials({ db, secrets, audit, clock }: Deps) {
  return {
    /** Keeps it, or with null forgets it. Throws NOT_FOUND, FORBIDDEN. */
    async set(viewer: Viewer, sourceId: string, credential: Credential | null, requestId: string): Promise<void> {
      const source = await db.source.findFirst({ where: { AND: [{ id: sourceId }, sourcesVisibleTo(viewer)] } });
      if (!source) throw new NotFoundError('Source', sourceId);
      if (!canWithSource(viewer, 'sources:write', sourceId)) throw new ForbiddenError('sources:write');
      const { organizationId } = viewer;
      const sealed = credential && (await secrets.seal(JSON.stringify(credential), `source:${sourceId}`));
      const updatedAt = clock.now();
      await db.$transaction(async (tx) => {
        const before = await tx.sourceCredential.findUnique({ where: { sourceId } });
        if (sealed) {
          const data = { sealed, updatedAt };
          await tx.sourceCredential.upsert({
            where: { sourceId },
            create: { ...data, sourceId, organizationId },
            update: data,
          });
        } else {
          await tx.sourceCredential.deleteMany({ where: { sourceId } });
        }
        const target = { targetType: 'Source', targetId: sourceId };
        // What is sealed differs each time, so its digest tells that it was changed and nothing else.
        await audit.record(tx, viewer, { action: 'setSourceCredential', ...target, requestId, before, after: sealed });
      });
    },

    /** For whoever opens the source. Null: it asks nobody. */
    async read(sourceId: string): Promise<Credential | null> {
      const row = await db.sourceCredential.findUnique({ where: { sourceId } });
      return row && (JSON.parse((await secrets.open(row.sealed, `source:${sourceId}`)).toString()) as Credential);
    },
  };
}
