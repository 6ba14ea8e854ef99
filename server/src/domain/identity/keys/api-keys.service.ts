import type { ApiKeyScope, PrismaClient } from '@sightline/db/client';
import { InputInvalidError, NotFoundError } from '../../../errors/request-errors.ts';
import type { Clock } from '../../../ports.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import { apiKeysVisibleTo } from '../identity.policy.ts';
import { hashSecret } from '../tokens.ts';
import type { Viewer } from '../viewer.ts';
import { newApiKey, shownPrefixOf } from './key-shape.ts';

export type ApiKeysService = ReturnType<typeof createApiKeysService>;
type Deps = { db: PrismaClient; clock: Clock; outbox: Outbox; audit: AuditLog };
type CreateApiKey = { name: string; scopes: ApiKeyScope[]; expiresAt: Date | null };

/** The only writer of API keys. */
export function createApiKeysService({ db, clock, outbox, audit }: Deps) {
  return {
    /** Makes a key. Its secret is in the answer and nowhere else, ever again. */
    async create(viewer: Viewer, { name, scopes, expiresAt }: CreateApiKey, requestId: string) {
      if (expiresAt && expiresAt <= clock.now())
        throw new InputInvalidError('input.expiresAt', 'This moment has passed.');
      const secret = newApiKey();
      const { organizationId, userId: createdByUserId } = viewer;
      const id = await db.$transaction(async (tx) => {
        const key = await tx.apiKey.create({
          data: {
            organizationId,
            createdByUserId,
            name,
            scopes: [...new Set(scopes)],
            expiresAt,
            prefix: shownPrefixOf(secret),
            keyHash: hashSecret(secret),
          },
        });
        await audit.record(tx, viewer, { action: 'createApiKey', targetId: key.id, requestId });
        return key.id;
      });
      return { id, secret };
    },

    /** Kills a key at once, its open sockets included. Revoking twice changes nothing. Throws NOT_FOUND. */
    async revoke(viewer: Viewer, id: string, requestId: string): Promise<void> {
      const key = await db.apiKey.findFirst({ where: { AND: [{ id }, apiKeysVisibleTo(viewer)] } });
      if (!key) throw new NotFoundError('API key', id);
      if (key.revokedAt) return;
      await db.$transaction(async (tx) => {
        await tx.apiKey.update({ where: { id }, data: { revokedAt: clock.now() } });
        await outbox.addPrisma(tx, 'apikey.revoked', { organizationId: key.organizationId, apiKeyId: id });
        await audit.record(tx, viewer, { action: 'revokeApiKey', targetId: id, requestId });
      });
      outbox.kick();
    },
  };
}
