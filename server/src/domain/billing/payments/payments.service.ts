import type { BillingAccount, PaymentProvider, PrismaClient } from '@sightline/db/client';
import type { Logger } from 'pino';
import { PaymentFailedError } from '../../../errors/payment-errors.ts';
import { InputInvalidError, NotFoundError } from '../../../errors/request-errors.ts';
import type { OrganizationClock } from '../../../organization-clock.ts';
import type { Payable, Payments } from '../../../ports/payments.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { MailQueue } from '../../mail/mail-queue.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import { balanceSelect, dueOf } from '../invoices/invoice-balance.ts';
import { InvoiceChangeRefusedError } from '../invoices/invoices.errors.ts';
import { attemptsMax } from './payment-changes.ts';
import type { PaymentChanges } from './payment-changes.ts';

export type PaymentsService = ReturnType<typeof createPaymentsService>;

/** What bills say about the buyer. */
export type BillingDetails = {
  name: string | null;
  address: string | null;
  country: string | null;
  taxNumber: string | null;
};

type Deps = {
  /** The system's. */
  db: PrismaClient;
  payments: Payments;
  changes: PaymentChanges;
  clock: OrganizationClock;
  outbox: Outbox;
  audit: AuditLog;
  mail: Pick<MailQueue, 'kick'>;
  /** What addresses of pages begin with. */
  webUrl(): string;
  log: Pick<Logger, 'warn'>;
};

const dayMs = 86_400_000;
const longAgo = new Date(0);
/** Days after a try that failed until the next one. */
const retryDays = [0, 3, 5, 7];

/** How bills are paid. Nothing of a sandbox ever reaches a provider. */
export function createPaymentsService({ db, payments, changes, clock, outbox, audit, mail, webUrl, log }: Deps) {
  /** Who pays, with a customer of the provider's; null where there is none to have. */
  async function customerOf(organizationId: string): Promise<string | null> {
    const { name, isSandbox } = await db.organization.findUniqueOrThrow({ where: { id: organizationId } });
    if (isSandbox) return null;
    const account = await db.billingAccount.findUnique({ where: { organizationId } });
    const kept = account?.providerCustomerId ?? null;
    const customerId = await payments.customer({ organizationId, name: account?.name ?? name, customerId: kept });
    if (customerId === null || customerId === kept) return customerId;
    const data = { provider: payments.kind, providerCustomerId: customerId, updatedAt: clock.now() };
    await db.billingAccount.upsert({ where: { organizationId }, update: data, create: { organizationId, ...data } });
    return customerId;
  }

  /** Throws NOT_FOUND, and INVOICE_CHANGE_REFUSED when nothing of it is to be paid. */
  async function payableOf(organizationId: string, id: string): Promise<Payable> {
    const invoice = await db.invoice.findFirst({
      where: { id, organizationId },
      select: { number: true, currency: true, ...balanceSelect },
    });
    if (!invoice) throw new NotFoundError('Invoice', id);
    const amountMinor = dueOf(invoice);
    if (amountMinor === 0n) throw new InvoiceChangeRefusedError('Nothing is to be paid of this bill.');
    return { id, organizationId, amountMinor, number: invoice.number, currency: invoice.currency };
  }

  /** A page of ours, from its path: whoever pays is sent back there, and nowhere else. */
  function pageOf(path: string): string {
    const base = new URL(webUrl());
    const refused = new InputInvalidError('input.returnTo', 'Give a path of the product, such as /billing.');
    if (!path.startsWith('/') || !URL.canParse(path, base)) throw refused;
    const page = new URL(path, base);
    if (page.origin !== base.origin) throw refused;
    return page.href;
  }

  async function record(viewer: Viewer, action: string, targetId: string | null, requestId: string, after: unknown) {
    const target = targetId === null ? {} : { targetType: 'Invoice' };
    await db.$transaction((tx) => audit.record(tx, viewer, { action, ...target, targetId, requestId, after }));
  }

  /** Whoever collects from an organization, and as whom they know it; null: as nobody, so that somebody has to pay by themselves. */
  async function payerOf(organizationId: string) {
    const organization = await db.organization.findUnique({
      where: { id: organizationId },
      select: { isSandbox: true, billingAccount: { select: { provider: true, providerCustomerId: true } } },
    });
    if (!organization) return null;
    const { isSandbox, billingAccount } = organization;
    const provider = isSandbox ? ('MANUAL' as const) : payments.kind;
    return { isSandbox, provider, customerId: isSandbox ? null : customerIn(billingAccount) };
  }

  /** Bills of which something is to be paid, the oldest first, each with its tries, the newest first. */
  async function openBills(organizationId: string, provider: PaymentProvider) {
    const bills = await db.invoice.findMany({
      where: { organizationId, kind: 'INVOICE', state: 'OPEN' },
      select: { id: true, number: true, currency: true, dueAt: true, ...balanceSelect },
      orderBy: { id: 'asc' },
    });
    const open = bills.flatMap(({ id, number, currency, dueAt, ...balance }) => {
      const amountMinor = dueOf(balance);
      return amountMinor > 0n ? [{ id, organizationId, number, currency, dueAt, amountMinor }] : [];
    });
    return Promise.all(
      open.map(async (bill) => {
        const where = { invoiceId: bill.id, provider };
        return { bill, tries: await db.payment.findMany({ where, orderBy: { createdAt: 'desc' } }) };
      }),
    );
  }

  type Payer = NonNullable<Awaited<ReturnType<typeof payerOf>>>;
  type OpenBill = Awaited<ReturnType<typeof openBills>>[number];

  /** When the next try of a bill is; null: there is none, as long as nothing else happens. */
  function nextTryAt({ isSandbox, customerId }: Payer, { bill, tries }: OpenBill): Date | null {
    const [last] = tries;
    if (tries.length >= attemptsMax || tries.some(({ state }) => state === 'PENDING')) return null;
    if (last) return new Date(last.createdAt.getTime() + (retryDays[tries.length] ?? 0) * dayMs);
    if (customerId !== null) return longAgo;
    // Nothing is to be paid of a sandbox, until somebody says that it was not: then it goes on like any other.
    return isSandbox ? null : bill.dueAt;
  }

  /**
   * Tries once to collect a bill, if its time has come. Where no way to pay is kept, a bill that is overdue is a try that failed:
   * leaving no card is no way around paying.
   */
  async function collect(payer: Payer, open: OpenBill, now: Date): Promise<void> {
    const at = nextTryAt(payer, open);
    if (at === null || now < at) return;
    const { customerId, provider } = payer;
    const { dueAt, ...invoice } = open.bill;
    const [last] = open.tries;
    const attempt = open.tries.length;
    const charged = customerId === null ? null : await payments.charge({ customerId, invoice, attempt });
    if (!charged && !last && now < dueAt) return;
    const { id: invoiceId, organizationId, amountMinor, currency } = invoice;
    const missed = { providerPaymentId: `${invoiceId}: not paid, ${attempt}`, state: 'FAILED' as const };
    const change = charged ?? { ...missed, invoiceId, organizationId, amountMinor, currency };
    await db.$transaction((tx) => changes.note(tx, { provider, change, happenedAt: now }, now));
    outbox.kick();
    mail.kick();
  }

  return {
    /** A page on which the bill is paid; null: by transfer. Throws NOT_FOUND, INVOICE_CHANGE_REFUSED, PAYMENT_FAILED. */
    async checkout(
      viewer: Viewer,
      asked: { invoiceId: string; returnTo: string },
      requestId: string,
    ): Promise<string | null> {
      const returnTo = pageOf(asked.returnTo);
      const invoice = await payableOf(viewer.organizationId, asked.invoiceId);
      const customerId = await customerOf(viewer.organizationId);
      const url = customerId === null ? null : await payments.checkout({ customerId, invoice, returnTo });
      await record(viewer, 'startCheckout', invoice.id, requestId, { amountMinor: String(invoice.amountMinor) });
      return url;
    },

    /** A page on which ways to pay are changed; null: there is none. Throws PAYMENT_FAILED. */
    async portal(viewer: Viewer, asked: { returnTo: string }, requestId: string): Promise<string | null> {
      const returnTo = pageOf(asked.returnTo);
      const customerId = await customerOf(viewer.organizationId);
      const url = customerId === null ? null : await payments.portal({ customerId, returnTo });
      await record(viewer, 'openBillingPortal', null, requestId, { provider: payments.kind });
      return url;
    },

    /** What `setDetails` set; null for whoever may not see bills of that organization. */
    async detailsOf({ organizationId, permissions }: Viewer, id: string): Promise<BillingDetails | null> {
      if (id !== organizationId || !permissions.has('billing:read')) return null;
      const account = await db.billingAccount.findUnique({ where: { organizationId } });
      const { name = null, address = null, country = null, taxNumber = null } = account ?? {};
      return { name, address, country, taxNumber };
    },

    /** What the next bills say about the buyer. What it is taxed by is not theirs to say. */
    async setDetails(viewer: Viewer, details: BillingDetails, requestId: string): Promise<void> {
      const { organizationId } = viewer;
      const data = { ...details, updatedAt: clock.now() };
      await db.$transaction(async (tx) => {
        const before = await tx.billingAccount.findUnique({ where: { organizationId } });
        await tx.billingAccount.upsert({
          where: { organizationId },
          update: data,
          create: { organizationId, ...data },
        });
        const target = { targetType: 'Organization', targetId: organizationId };
        const { name = null, address = null, country = null, taxNumber = null } = before ?? {};
        const act = { action: 'setBillingDetails', ...target, requestId };
        await audit.record(tx, viewer, { ...act, before: { name, address, country, taxNumber }, after: details });
      });
    },

    /**
     * An event of the provider, as it came. Written down with what it does, once, however often it is told: whatever fails
     * on the way leaves nothing, and they tell it again. Throws WEBHOOK_REFUSED.
     */
    async receive(rawBody: Buffer, signature: string | undefined): Promise<void> {
      const event = payments.verify(rawBody, signature, clock.ours.now());
      const { id: eventId, type, happenedAt, change } = event;
      const now = change ? clock.nowOf(change.organizationId) : clock.ours.now();
      await db.$transaction(async (tx) => {
        const payload = change === null ? {} : { ...change, amountMinor: String(change.amountMinor) };
        const row = { provider: payments.kind, eventId, type, happenedAt, payload };
        const { count } = await tx.paymentEvent.createMany({
          data: [{ ...row, receivedAt: now, processedAt: now }],
          skipDuplicates: true,
        });
        if (count === 0 || change === null) return;
        const isOurs = await changes.note(tx, { provider: payments.kind, change, happenedAt }, now);
        if (!isOurs) log.warn({ eventId, type }, 'an event is for no bill of ours');
      });
      outbox.kick();
      mail.kick();
    },

    /** Organizations that have something to pay: which can be collected, or is overdue. */
    async organizations(): Promise<string[]> {
      const isLate = [{ dueAt: { lte: clock.ours.now() } }, { payments: { some: { state: 'FAILED' as const } } }];
      const open = await db.invoice.findMany({
        where: { kind: 'INVOICE', state: 'OPEN', ...(payments.kind === 'MANUAL' && { OR: isLate }) },
        select: { organizationId: true, dueAt: true, payments: { where: { state: 'FAILED' }, select: { id: true } } },
      });
      const ids = [...new Set(open.map(({ organizationId }) => organizationId))];
      const found = await db.organization.findMany({
        where: { id: { in: ids } },
        select: { id: true, isSandbox: true, billingAccount: { select: { provider: true, providerCustomerId: true } } },
      });
      const now = clock.ours.now();
      const idsOf = (bills: typeof open) => new Set(bills.map(({ organizationId }) => organizationId));
      const overdue = idsOf(open.filter(({ dueAt }) => dueAt <= now));
      const failed = idsOf(open.filter((bill) => bill.payments.length > 0));
      return found
        .filter(({ id, isSandbox, billingAccount }) =>
          isSandbox ? failed.has(id) : overdue.has(id) || failed.has(id) || customerIn(billingAccount) !== null,
        )
        .map(({ id }) => id);
    },

    /**
     * When the next bill is overdue, or has been for so long that it counts as one more try. Always in the future: whoever
     * was not told in time, because no server ran, is not past due, in grace and on `free` at one blow.
     */
    async next(organizationId: string, after: Date): Promise<Date | null> {
      const payer = await payerOf(organizationId);
      if (!payer || payer.customerId !== null) return null;
      const from = new Date(Math.max(after.getTime(), clock.nowOf(organizationId).getTime()));
      let first: Date | null = null;
      for (const open of await openBills(organizationId, payer.provider)) {
        const at = nextTryAt(payer, open);
        if (at && at > from && (first === null || at < first)) first = at;
      }
      return first;
    },

    /** Collects what is to be paid, as far as a way to pay is kept. One bill that the provider refuses holds no other up. */
    async work(organizationId: string, now: Date): Promise<void> {
      const payer = await payerOf(organizationId);
      if (!payer) return;
      for (const open of await openBills(organizationId, payer.provider)) {
        try {
          await collect(payer, open, now);
        } catch (err) {
          if (!(err instanceof PaymentFailedError)) throw err;
          log.warn({ err, number: open.bill.number }, 'the provider does not collect this bill');
        }
      }
    },
  };

  function customerIn(account: Pick<BillingAccount, 'provider' | 'providerCustomerId'> | null): string | null {
    return account?.provider === payments.kind ? account.providerCustomerId : null;
  }
}
