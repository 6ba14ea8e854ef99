import type { Invoice } from '@sightline/db/client';
import { lockOrganization } from '../subscriptions/subscription-steps.ts';
import { InvoiceChangeRefusedError } from './invoices.errors.ts';
import { takeNumber } from './issue-invoice.ts';
import type { Tx } from './issue-invoice.ts';
import { taxOf } from './money.ts';

export type Credit = {
  /** Before tax, above zero; null: all that is left of the bill. */
  amountMinor: bigint | null;
  /** Why; it is on the credit note. */
  note: string;
  /** The same credit again is the same note. */
  key: string;
};

/**
 * Takes back a part of a bill, or all that is left, by a note with a number of its own: bills are never changed. A bill that
 * nobody has paid, and of which nothing is left, is void. Throws INVOICE_CHANGE_REFUSED for more than is left of it.
 */
export async function creditNote(
  tx: Tx,
  invoiceId: string,
  { amountMinor, note, key }: Credit,
  now: Date,
): Promise<Invoice> {
  const found = await tx.invoice.findUniqueOrThrow({ where: { id: invoiceId } });
  const { organizationId } = found;
  await lockOrganization(tx, organizationId);
  const uniqueKey = `credit:${invoiceId}:${key}`;
  const again = await tx.invoice.findUnique({ where: { uniqueKey } });
  if (again) return again;
  const invoice = await tx.invoice.findUniqueOrThrow({ where: { id: invoiceId }, include: { creditNotes: true } });
  if (invoice.kind !== 'INVOICE') throw new InvoiceChangeRefusedError('A credit note cannot be credited.');
  if (invoice.state === 'VOID') throw new InvoiceChangeRefusedError('This bill is void already.');
  const creditedMinor = invoice.creditNotes.reduce((sum, { subtotalMinor }) => sum - subtotalMinor, 0n);
  const leftMinor = invoice.subtotalMinor - creditedMinor;
  const creditMinor = amountMinor ?? leftMinor;
  if (creditMinor <= 0n || creditMinor > leftMinor) {
    throw new InvoiceChangeRefusedError(`Of this bill ${leftMinor} are left to be credited, before tax.`);
  }
  // Of all credits together: then the tax of a bill that was credited piece by piece is gone to the cent.
  const { taxBasisPoints, currency, seller, buyer, periodStartsAt, periodEndsAt } = invoice;
  const taxMinor = taxOf(creditedMinor, taxBasisPoints) - taxOf(creditedMinor + creditMinor, taxBasisPoints);
  const organization = await tx.organization.findUnique({ where: { id: organizationId } });
  const created = await tx.invoice.create({
    data: {
      ...{ organizationId, uniqueKey, currency, taxBasisPoints, taxMinor, note, creditedInvoiceId: invoiceId },
      ...(await takeNumber(tx, organization ?? ownerOf(invoice), 'CREDIT_NOTE', now)),
      ...{ seller: seller as object, buyer: buyer as object, state: 'PAID', issuedAt: now, dueAt: now },
      ...{ periodStartsAt, periodEndsAt, subtotalMinor: -creditMinor, totalMinor: taxMinor - creditMinor },
      lines: {
        create: {
          ...{ position: 1, organizationId, description: `Credit for ${invoice.number}`, quantity: 1n },
          ...{ unitAmountMinor: -creditMinor, amountMinor: -creditMinor, periodStartsAt, periodEndsAt },
        },
      },
    },
  });
  if (invoice.state === 'OPEN' && creditMinor === leftMinor) {
    await tx.invoice.update({ where: { id: invoiceId }, data: { state: 'VOID' } });
  }
  return created;
}

/** Bills outlive their organization, and so does the way they are numbered. */
function ownerOf({ organizationId: id, series }: Invoice): { id: string; isSandbox: boolean } {
  return { id, isSandbox: series.startsWith('TEST-') };
}
