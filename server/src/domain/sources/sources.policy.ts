import type { Prisma } from '@sightline/db/client';
import type { Viewer } from '../identity/viewer.ts';

/** The tenancy filter. Every read of a source goes through it. */
export function sourcesVisibleTo(viewer: Viewer): Prisma.SourceWhereInput {
  return { organizationId: viewer.organizationId };
}
