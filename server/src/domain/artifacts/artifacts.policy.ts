import type { Prisma } from '@sightline/db/client';
import { sourceIdsFor } from '../identity/access.ts';
import type { Viewer } from '../identity/viewer.ts';

/**
 * The tenancy filter. Every read of an artifact goes through it. An upload exists once its bytes arrived. Who may see
 * some sources sees their snapshots and their files, and no upload that belongs to no source yet.
 */
export function artifactsVisibleTo(viewer: Viewer): Prisma.ArtifactWhereInput {
  const sourceIds = sourceIdsFor(viewer, 'read');
  return {
    organizationId: viewer.organizationId,
    storedAt: { not: null },
    ...(sourceIds && {
      OR: [{ session: { sourceId: { in: sourceIds } } }, { sourceFiles: { some: { sourceId: { in: sourceIds } } } }],
    }),
  };
}
