import type { PrismaClient } from '@sightline/db/client';
import type { OrganizationClock } from '../../organization-clock.ts';
import type { ObjectStorage } from '../../ports.ts';
import { sqlOf } from '../../transaction.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { lockPlan, requireActive, requireStorageCapacity } from '../billing/plan-limits.ts';
import { storedBytes } from '../billing/stored-bytes.ts';
import type { Viewer } from '../identity/viewer.ts';
import { FileTypeRefusedError } from './artifacts.errors.ts';
import { fileTypes } from './file-types.ts';

export type ArtifactsService = ReturnType<typeof createArtifactsService>;
type Deps = {
  db: PrismaClient;
  storage: ObjectStorage;
  clock: Pick<OrganizationClock, 'now' | 'ours'>;
  audit: AuditLog;
};

const uploadLinkMinutes = 15;
const downloadLinkMinutes = 5;

/** The only writer of uploads, and the only place that signs links. */
export function createArtifactsService({ db, storage, clock, audit }: Deps) {
  // By our time: whoever checks a link knows no other, and one of a sandbox must not be good for a year.
  const inMinutes = (minutes: number) => new Date(clock.ours.now().getTime() + minutes * 60_000);

  return {
    /**
     * Announces a file. The caller then PUTs exactly these bytes to `url`. Throws FILE_TYPE_REFUSED, PLAN_LIMIT_REACHED,
     * PAYMENT_REQUIRED.
     */
    async createUpload(
      viewer: Viewer,
      input: { fileName: string; contentType: string; byteSize: number },
      requestId: string,
    ) {
      const { fileName, contentType, byteSize } = input;
      if (!fileTypes.includes(contentType)) throw new FileTypeRefusedError(contentType, fileTypes);
      const { organizationId } = viewer;
      const artifact = await db.$transaction(async (tx) => {
        const plan = await lockPlan(tx, organizationId);
        requireActive(plan);
        requireStorageCapacity(plan, await storedBytes(sqlOf(tx), organizationId), byteSize);
        const storageKey = `uploads/${organizationId}/${crypto.randomUUID()}`;
        const created = await tx.artifact.create({
          data: { organizationId, kind: 'UPLOAD', fileName, contentType, byteSize, storageKey, createdAt: clock.now() },
        });
        await audit.record(tx, viewer, { action: 'createUpload', targetId: created.id, requestId });
        return created;
      });
      const expiresAt = inMinutes(uploadLinkMinutes);
      const url = await storage.sign({ method: 'PUT', key: artifact.storageKey, expiresAt, contentType, byteSize });
      return { id: artifact.id, url, contentType, expiresAt };
    },

    /** Marks the uploads among `ids` whose bytes have arrived as stored; returns the ids that have not. */
    async confirmStored(viewer: Viewer, ids: string[]): Promise<string[]> {
      const uploads = await db.artifact.findMany({
        where: { id: { in: ids }, organizationId: viewer.organizationId, kind: 'UPLOAD' },
      });
      const arrived = new Set<string>();
      for (const { id, storageKey, byteSize, storedAt } of uploads) {
        if (storedAt || (await storage.size(storageKey)) === byteSize) arrived.add(id);
      }
      await db.artifact.updateMany({
        where: { id: { in: [...arrived] }, storedAt: null },
        data: { storedAt: clock.now() },
      });
      return ids.filter((id) => !arrived.has(id));
    },

    /** A link anyone who has it can read the file with, for five minutes. */
    signDownload({ storageKey, contentType, byteSize }: { storageKey: string; contentType: string; byteSize: number }) {
      return storage.sign({
        method: 'GET',
        key: storageKey,
        expiresAt: inMinutes(downloadLinkMinutes),
        contentType,
        byteSize,
      });
    },
  };
}
