import type { PrismaClient } from '@sightline/db/client';
import { NotFoundError } from '../../../errors/request-errors.ts';
import type { OrganizationClock } from '../../../organization-clock.ts';
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
  clock: Pick<OrganizationClock, 'nowOf'>;
};

const perRound = 100;
const nilUuid = '00000000-0000-0000-0000-000000000000';

export function createInvoicesService({ db, system, issuer, clock }: Deps) {
  let seenUpTo = nilUuid;
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
      const lateAt = await issuer.lateAt(system, organizationId, now);
      if (lateAt && lateAt <= now) await system.$transaction((tx) => issuer.issueLate(tx, organizationId, now));
    },

    /**
     * When what came late is billed to somebody who has no period any more. Always in the future: a bill has the date on
     * which it was made.
     */
    async next(organizationId: string, after: Date): Promise<Date | null> {
      const at = await issuer.lateAt(system, organizationId, after);
      return at && at > after && at > clock.nowOf(organizationId) ? at : null;
    },

    /**
     * Some of the organizations whose last subscription has ended, others each time: what comes late for them wakes nobody,
     * and looking at all of them each minute would be too much.
     */
    async organizations(): Promise<string[]> {
      const found = await system.organization.findMany({
        where: {
          id: { gt: seenUpTo },
          AND: [{ subscriptions: { some: {} } }, { subscriptions: { every: { state: 'CANCELED' } } }],
        },
        select: { id: true },
        orderBy: { id: 'asc' },
        take: perRound,
      });
      seenUpTo = found.length < perRound ? nilUuid : (found.at(-1)?.id ?? nilUuid);
      return found.map(({ id }) => id);
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
