import type { Prisma } from '@sightline/db/client';
import type { Viewer } from '../identity/viewer.ts';

/** What was used belongs to the organization that used it. Every read of the table goes through this filter. */
export function usageVisibleTo(viewer: Viewer): Prisma.UsageRecordWhereInput {
  return { organizationId: viewer.organizationId };
}
