import type { Prisma } from '@sightline/db/client';
import type { Viewer } from '../../identity/viewer.ts';

const nothing = { id: { in: [] as string[] } };

/** Bills are for those who may see what the organization pays. */
export function invoicesVisibleTo(viewer: Viewer): Prisma.InvoiceWhereInput {
  return viewer.permissions.has('billing:read') ? { organizationId: viewer.organizationId } : nothing;
}

export function paymentsVisibleTo(viewer: Viewer): Prisma.PaymentWhereInput {
  return viewer.permissions.has('billing:read') ? { organizationId: viewer.organizationId } : nothing;
}
