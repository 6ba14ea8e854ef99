import type { Prisma } from '@sightline/db/client';
import type { Viewer } from '../identity/viewer.ts';

/** A person’s own, in the organization they act in; nothing for keys. Every read of the table goes through this filter. */
export function notificationsVisibleTo({ organizationId, userId, signInId }: Viewer): Prisma.NotificationWhereInput {
  return signInId === null ? { id: { in: [] } } : { organizationId, userId };
}
