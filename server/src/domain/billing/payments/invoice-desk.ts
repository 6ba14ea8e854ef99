import { randomUUID } from 'node:crypto';
import type { Invoice, PrismaClient } from '@sightline/db/client';
import { NotFoundError } from '../../../errors/request-errors.ts';
import type { OrganizationClock } from '../../../organization-clock.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import { creditNote } from '../invoices/credit-note.ts';
import { balanceSelect, dueOf } from '../invoices/invoice-balance.ts';
import { InvoiceChangeRefusedError } from '../invoices/invoices.errors.ts';
import type { Tx } from '../invoices/issue-invoice.ts';
import { formatAmount } from '../invoices/money.ts';
import { createSubscriptionSteps } from '../subscriptions/subscription-steps.ts';
import { createPaymentChanges } from './payment-changes.ts';

type Deps = { db: PrismaClient; clock: OrganizationClock; outbox: Outbox; audit: AuditLog };

/** What whoever runs the servers does with bills by hand. Each step is in nobody's audit log. */
export function createInvoiceDesk({ db, clock, outbox, audit }: Deps) {
  const changes = createPaymentChanges(createSubscriptionSteps({ outbox }));

  async function change(
    number: string,
    action: string,
    work: (tx: Tx, invoice: Invoice, now: Date) => Promise<string>,
  ): Promise<string> {
    const invoice = await db.invoice.findUnique({ where: { number } });
    if (!invoice) throw new NotFoundError('Invoice', number);
    const now = clock.nowOf(invoice.organizationId);
    return db.$transaction(async (tx) => {
      const told = await work(tx, invoice, now);
      await note(tx, { action, targetType: 'Invoice', targetId: invoice.id, after: { number, told } });
      return told;
    });
  }

  const note = (tx: Tx, act: { action: string; targetType: string; targetId: string; after: object }) =>
    audit.record(tx, { organizationId: null, userId: null, apiKeyId: null }, { ...act, requestId: randomUUID() });

  async function requireDue(tx: Tx, { id, number }: Invoice): Promise<bigint> {
    const due = dueOf(await tx.invoice.findUniqueOrThrow({ where: { id }, select: balanceSelect }));
    if (due === 0n) throw new InvoiceChangeRefusedError(`Nothing is to be paid of ${number}.`);
    return due;
  }

  return {
    /** A line for each of the last 100 bills. */
    async list(organizationId: string | null): Promise<string[]> {
      const invoices = await db.invoice.findMany({
        where: organizationId === null ? {} : { organizationId },
        orderBy: { id: 'desc' },
        take: 100,
        select: { number: true, organizationId: true, currency: true, ...balanceSelect },
      });
      return invoices.map((invoice) => {
        const { number, state, totalMinor, currency } = invoice;
        const amounts = `${formatAmount(totalMinor, currency)} ${currency}, due ${formatAmount(dueOf(invoice), currency)}`;
        return `${number}  ${state}  ${amounts}  ${invoice.organizationId}`;
      });
    },

    /** Notes a payment of all that is due; once for each reference. Throws INVOICE_CHANGE_REFUSED. */
    paid: (number: string, reference: string) =>
      change(number, 'notePayment', async (tx, invoice, now) => {
        const { id: invoiceId, organizationId, currency } = invoice;
        const providerPaymentId = `${number}: ${reference}`;
        const key = { provider_providerPaymentId: { provider: 'MANUAL', providerPaymentId } } as const;
        if (await tx.payment.findUnique({ where: key })) return `${number}: “${reference}” is noted already`;
        const amountMinor = await requireDue(tx, invoice);
        await changes.note(
          tx,
          {
            ...{ provider: 'MANUAL', happenedAt: now },
            change: { providerPaymentId, invoiceId, organizationId, state: 'SUCCEEDED', amountMinor, currency },
          },
          now,
        );
        return `${number}: ${formatAmount(amountMinor, currency)} ${currency} noted as paid`;
      }),

    /** Notes that nobody paid; `isFinal`: nobody will. Throws INVOICE_CHANGE_REFUSED. */
    failed: (number: string, isFinal: boolean) =>
      change(number, 'noteFailure', async (tx, invoice, now) => {
        const { id: invoiceId, organizationId, currency } = invoice;
        const amountMinor = await requireDue(tx, invoice);
        if (isFinal) await tx.invoice.update({ where: { id: invoiceId }, data: { state: 'UNCOLLECTIBLE' } });
        const providerPaymentId = `${number}: not paid by ${now.toISOString()}`;
        await changes.note(
          tx,
          {
            ...{ provider: 'MANUAL', happenedAt: now },
            change: { providerPaymentId, invoiceId, organizationId, state: 'FAILED', amountMinor, currency },
          },
          now,
        );
        return `${number}: ${isFinal ? 'given up' : 'past due'}`;
      }),

    /** Throws INVOICE_CHANGE_REFUSED for more than is left. */
    credit: (
      number: string,
      { amountMinor, note: why, key }: { amountMinor: bigint | null; note: string; key: string | null },
    ) =>
      change(number, 'creditInvoice', async (tx, invoice, now) => {
        const made = await creditNote(tx, invoice.id, { amountMinor, note: why, key: key ?? randomUUID() }, now);
        await changes.settle(tx, invoice.organizationId, now);
        return `${made.number}: ${formatAmount(made.totalMinor, made.currency)} ${made.currency} for ${number}`;
      }),

    /** Throws NOT_FOUND. */
    async tax(organizationId: string, taxBasisPoints: number): Promise<string> {
      const organization = await db.organization.findUnique({ where: { id: organizationId } });
      if (!organization) throw new NotFoundError('Organization', organizationId);
      await db.$transaction(async (tx) => {
        const data = { taxBasisPoints, updatedAt: clock.nowOf(organizationId) };
        await tx.billingAccount.upsert({
          where: { organizationId },
          update: data,
          create: { organizationId, ...data },
        });
        const target = { targetType: 'Organization', targetId: organizationId };
        await note(tx, { action: 'setTax', ...target, after: { taxBasisPoints } });
      });
      return `${organization.name}: ${taxBasisPoints} basis points from the next bill on`;
    },
  };
}
