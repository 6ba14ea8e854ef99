import type { Prisma } from '@sightline/db/client';
import { sourceIdsFor } from '../identity/access.ts';
import type { Viewer } from '../identity/viewer.ts';

/** The tenancy filter. Every read of a source goes through it. */
export function sourcesVisibleTo(viewer: Viewer): Prisma.SourceWhereInput {
  const ids = sourceIdsFor(viewer, 'read');
  return { organizationId: viewer.organizationId, ...(ids && { id: { in: ids } }) };
}
