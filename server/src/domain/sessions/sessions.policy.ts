import type { Prisma } from '@sightline/db/client';
import { sourceIdsFor } from '../identity/access.ts';
import type { Viewer } from '../identity/viewer.ts';

/** The tenancy filter. Every read of a session goes through it. */
export function sessionsVisibleTo(viewer: Viewer): Prisma.SessionWhereInput {
  const sourceIds = sourceIdsFor(viewer, 'read');
  return { organizationId: viewer.organizationId, ...(sourceIds && { sourceId: { in: sourceIds } }) };
}
