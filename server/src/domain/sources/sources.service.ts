import type { PrismaClient, Source, SourceKind } from '@sightline/db/client';
import { Prisma } from '@sightline/db/client';
import { InputInvalidError } from '../../errors/request-errors.ts';
import type { HostFiles } from '../../ports.ts';
import { createRowLoader } from '../../row-loader.ts';
import type { RowKey } from '../../row-loader.ts';
import type { Sql } from '../../transaction.ts';
import { UploadIncompleteError } from '../artifacts/artifacts.errors.ts';
import type { ArtifactsService } from '../artifacts/artifacts.service.ts';
import { imageTypes, videoTypes } from '../artifacts/file-types.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { lockPlan, requireSourceCapacity } from '../billing/plan-limits.ts';
import type { Viewer } from '../identity/viewer.ts';
import { SourceEmptyError, SourceNameTakenError, SourcePathRefusedError } from './sources.errors.ts';

export type SourcesService = ReturnType<typeof createSourcesService>;
type Deps = { db: PrismaClient; pool: Sql; artifacts: ArtifactsService; hostFiles: HostFiles; audit: AuditLog };

export type CreateSource = {
  name: string;
  kind: SourceKind;
  path: string | null;
  uploadIds: string[] | null;
  frameIntervalMs: number | null;
};

/** The only writer of sources. */
export function createSourcesService({ db, pool, artifacts, hostFiles, audit }: Deps) {
  const rows = createRowLoader<Source>(pool, 'Source');

  async function checkPath(kind: SourceKind, path: string): Promise<string> {
    const found = await hostFiles.resolve(kind, path);
    if (!found) throw new SourcePathRefusedError(path);
    if (found.fileCount === 0) throw new SourceEmptyError(kind === 'VIDEO' ? 'video file' : 'picture');
    return found.path;
  }

  async function checkUploads(viewer: Viewer, kind: SourceKind, ids: string[]): Promise<void> {
    if (kind === 'VIDEO' && ids.length > 1)
      throw new InputInvalidError('input.uploadIds', 'A VIDEO source is one file.');
    if (new Set(ids).size !== ids.length) throw new InputInvalidError('input.uploadIds', 'An upload is listed twice.');
    const missing = await artifacts.confirmStored(viewer, ids);
    if (missing.length > 0) throw new UploadIncompleteError(missing.length);
    const types = kind === 'VIDEO' ? videoTypes : imageTypes;
    const wrong = await db.artifact.count({ where: { id: { in: ids }, contentType: { notIn: [...types] } } });
    if (wrong > 0) throw new InputInvalidError('input.uploadIds', `${wrong} of these uploads are not of kind ${kind}.`);
  }

  return {
    /** A source by id, with all others asked for in the same moment. Null: the organization has none. */
    load: (key: RowKey): Promise<Source | null> => rows.load(key),

    /**
     * Creates a source from exactly one of a path on the host and finished uploads, in playing order.
     * Throws SOURCE_NAME_TAKEN, SOURCE_PATH_REFUSED, SOURCE_EMPTY, UPLOAD_INCOMPLETE, PLAN_LIMIT_REACHED, INPUT_INVALID.
     */
    async create(viewer: Viewer, input: CreateSource, requestId: string): Promise<{ id: string }> {
      const { name, kind, uploadIds, frameIntervalMs } = input;
      if ((input.path === null) === (uploadIds === null)) {
        throw new InputInvalidError('input', 'Give either a path or uploadIds.');
      }
      const path = input.path === null ? null : await checkPath(kind, input.path);
      if (uploadIds) await checkUploads(viewer, kind, uploadIds);
      const { organizationId } = viewer;
      try {
        return await db.$transaction(async (tx) => {
          const plan = await lockPlan(tx, organizationId);
          requireSourceCapacity(plan, await tx.source.count({ where: { organizationId } }));
          const files = (uploadIds ?? []).map((artifactId, position) => ({ artifactId, position }));
          const source = await tx.source.create({
            data: { organizationId, name, kind, path, ...(frameIntervalMs && { frameIntervalMs }) },
          });
          if (files.length > 0) {
            await tx.sourceFile.createMany({ data: files.map((file) => ({ ...file, sourceId: source.id })) });
          }
          await audit.record(tx, viewer, { action: 'createSource', targetId: source.id, requestId });
          return source;
        });
      } catch (error) {
        if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
          throw new SourceNameTakenError(name);
        }
        throw error;
      }
    },
  };
}
