import type { Prisma } from '@sightline/db/client';
import type { Viewer } from '../identity/viewer.ts';

/** The tenancy filter. Every read of a session goes through it. */
export function sessionsVisibleTo(viewer: Viewer): Prisma.SessionWhereInput {
  return { organizationId: viewer.organizationId };
}
