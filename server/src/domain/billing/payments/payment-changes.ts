import type { PaymentProvider, PaymentState } from '@sightline/db/client';
import type { PaymentChange } from '../../../ports/payments.ts';
import { balanceSelect, dueOf, paidOf } from '../invoices/invoice-balance.ts';
import type { Tx } from '../invoices/issue-invoice.ts';
import type { SubscriptionEvent } from '../subscriptions/state-machine.ts';
import { lockOrganization } from '../subscriptions/subscription-steps.ts';

/** As often a bill is collected before it is given up. */
export const attemptsMax = 4;

/**
 * A payment only ever goes up: what was tried may fail, what failed may still succeed, what succeeded may be paid back. So
 * the highest that was told of it is how it stands, in whatever order it was told.
 */
const ranks: Readonly<Record<PaymentState, number>> = { PENDING: 0, FAILED: 1, SUCCEEDED: 2, REFUNDED: 3 };

/** A try to pay a bill that failed, while it is still to be paid. */
export type FailedPayment = { organizationId: string; number: string; amountMinor: bigint; currency: string };

type Deps = {
  apply(tx: Tx, subscriptionId: string, event: SubscriptionEvent, now: Date): Promise<void>;
  /** Called once for each try that failed, in the transaction that writes it. */
  onFailed?: ((tx: Tx, failed: FailedPayment) => Promise<void>) | undefined;
};
type Told = { provider: PaymentProvider; change: PaymentChange; happenedAt: Date };

/** What payments do to bills, and bills to subscriptions: a sum of all that is known, so that no order matters. */
export function createPaymentChanges({ apply, onFailed }: Deps) {
  /** Bills of the organization, and what it bought, as its payments say. Behind the organization's lock. */
  async function settle(tx: Tx, organizationId: string, now: Date): Promise<void> {
    const open = await tx.invoice.findMany({
      where: { organizationId, kind: 'INVOICE', state: { in: ['OPEN', 'UNCOLLECTIBLE'] } },
      select: { id: true, ...balanceSelect },
    });
    const owed = [];
    for (const invoice of open) {
      if (dueOf(invoice) > 0n) owed.push(invoice);
      else {
        // Nothing is due of it: somebody paid, or credit notes took it back.
        const state = paidOf(invoice) > 0n ? 'PAID' : 'VOID';
        await tx.invoice.update({ where: { id: invoice.id }, data: { state } });
      }
    }
    const failures = owed.map(({ state, payments }) =>
      state === 'UNCOLLECTIBLE' ? attemptsMax : payments.filter((payment) => payment.state === 'FAILED').length,
    );
    const most = Math.max(0, ...failures);
    const type = most >= attemptsMax ? 'retriesExhausted' : most > 0 ? 'paymentFailed' : 'paymentSucceeded';
    const subscriptions = await tx.subscription.findMany({ where: { organizationId }, orderBy: { id: 'desc' } });
    for (const [index, { id, state, pastDueSince }] of subscriptions.entries()) {
      // The last bill comes after the end: whoever owes it is the newest one.
      if (index === 0 || state !== 'CANCELED' || pastDueSince !== null) await apply(tx, id, { type }, now);
    }
  }

  return {
    settle,

    /** Notes what became of a payment, and what follows. False: it is for no bill of ours, or in other money. */
    async note(tx: Tx, { provider, change, happenedAt }: Told, now: Date): Promise<boolean> {
      const { providerPaymentId, invoiceId, organizationId, state, amountMinor, currency } = change;
      await lockOrganization(tx, organizationId);
      const invoice = await tx.invoice.findUnique({ where: { id: invoiceId } });
      if (invoice?.organizationId !== organizationId || invoice.currency !== currency) return false;
      const key = { provider_providerPaymentId: { provider, providerPaymentId } };
      const before = await tx.payment.findUnique({ where: key });
      if (!before) {
        await tx.payment.create({
          data: {
            ...{ organizationId, invoiceId, provider, providerPaymentId, state, amountMinor, currency },
            ...{ createdAt: now, updatedAt: now, providerEventAt: happenedAt },
          },
        });
      } else if (before.invoiceId !== invoiceId) {
        return false;
      } else {
        const latest = before.providerEventAt !== null && before.providerEventAt > happenedAt;
        await tx.payment.update({
          where: key,
          data: {
            ...(ranks[state] > ranks[before.state] && { state, amountMinor }),
            ...{ updatedAt: now, providerEventAt: latest ? before.providerEventAt : happenedAt },
          },
        });
      }
      await settle(tx, organizationId, now);
      if (state === 'FAILED' && (!before || before.state === 'PENDING')) {
        const left = await tx.invoice.findUniqueOrThrow({ where: { id: invoiceId }, select: balanceSelect });
        const { number } = invoice;
        if (dueOf(left) > 0n) await onFailed?.(tx, { organizationId, number, amountMinor: dueOf(left), currency });
      }
      return true;
    },
  };
}

export type PaymentChanges = ReturnType<typeof createPaymentChanges>;
