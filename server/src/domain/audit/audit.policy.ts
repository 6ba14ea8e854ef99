import type { Prisma } from '@sightline/db/client';
import type { Viewer } from '../identity/viewer.ts';

/** Who may read the audit log reads all of their organization's; everyone else nothing. */
export function auditEntriesVisibleTo(viewer: Viewer): Prisma.AuditEntryWhereInput {
  return viewer.permissions.has('audit:read') ? { organizationId: viewer.organizationId } : { id: { in: [] } };
}
