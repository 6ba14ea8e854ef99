import type { PrismaClient } from '@sightline/db/client';
import { NotFoundError } from '../../../errors/request-errors.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { EndedPeriod } from '../subscriptions/subscription-steps.ts';
import { invoicesVisibleTo } from './invoices.policy.ts';
import type { InvoiceIssuer, Tx } from './issue-invoice.ts';
import { renderCsv } from './render-csv.ts';
import { renderPdf } from './render-pdf.ts';

export type InvoicesService = ReturnType<typeof createInvoicesService>;

/** A bill as a file. */
export type InvoiceFile = { name: string; contentType: string; bytes: Uint8Array };

type Deps = {
  /** The viewer's. */
  db: PrismaClient;
  /** The system's: bills are not the tenant's to write. */
  system: PrismaClient;
  issuer: InvoiceIssuer;
};

export function createInvoicesService({ db, system, issuer }: Deps) {
  return {
    /** In the transaction that ends a period: its bill, or none where it was free and nothing waits. */
    async onPeriodEnded(tx: Tx, ended: EndedPeriod, now: Date): Promise<void> {
      const { organizationId, subscriptionId, period, isTrial } = ended;
      await issuer.issueInvoice(tx, { organizationId, subscriptionId, period, isFree: isTrial }, now);
    },

    /** Bills what an organization has bought since its last bill. */
    async work(organizationId: string, now: Date): Promise<void> {
      const waiting = await system.billableItem.findFirst({ where: { organizationId, invoiceId: null } });
      if (waiting) await system.$transaction((tx) => issuer.issueItems(tx, organizationId, now));
    },

    /** A bill that the viewer may see, as a file: always the same bytes. Throws NOT_FOUND. */
    async file(viewer: Viewer, id: string, format: 'pdf' | 'csv'): Promise<InvoiceFile> {
      const invoice = await db.invoice.findFirst({
        where: { AND: [{ id }, invoicesVisibleTo(viewer)] },
        include: { lines: true, creditedInvoice: { select: { number: true } } },
      });
      if (!invoice) throw new NotFoundError('Invoice', id);
      const name = `${invoice.number}.${format}`;
      if (format === 'csv') {
        return { name, contentType: 'text/csv; charset=utf-8', bytes: Buffer.from(renderCsv(invoice)) };
      }
      return { name, contentType: 'application/pdf', bytes: await renderPdf(invoice, invoice.creditedInvoice) };
    },
  };
}
