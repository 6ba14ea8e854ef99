import type { Prisma } from '@sightline/db/client';
import type { Viewer } from '../../identity/viewer.ts';

/** What was bought is for whoever may see bills. */
export function subscriptionsVisibleTo(viewer: Viewer): Prisma.SubscriptionWhereInput {
  if (!viewer.permissions.has('billing:read')) return { id: { in: [] } };
  return { organizationId: viewer.organizationId };
}
