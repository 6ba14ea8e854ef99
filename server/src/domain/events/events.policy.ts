import type { Prisma } from '@sightline/db/client';
import type { Viewer } from '../identity/viewer.ts';

/** The tenancy filter. Every read of events goes through it; those in SQL take its `organizationId`. */
export function eventsVisibleTo(viewer: Viewer) {
  return { organizationId: viewer.organizationId } satisfies Prisma.EventWhereInput;
}
