import type { Prisma } from '@sightline/db/client';
import type { Viewer } from '../identity/viewer.ts';

/** The tenancy filter. Every read of an artifact goes through it. An upload exists once its bytes arrived. */
export function artifactsVisibleTo(viewer: Viewer): Prisma.ArtifactWhereInput {
  return { organizationId: viewer.organizationId, storedAt: { not: null } };
}
