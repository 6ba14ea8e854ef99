import type { Prisma } from '@sightline/db/client';

/** What says how much of a bill is still to be paid. */
export const balanceSelect = {
  ...{ kind: true, state: true, totalMinor: true },
  creditNotes: { select: { totalMinor: true } },
  payments: { select: { state: true, amountMinor: true } },
} as const satisfies Prisma.InvoiceSelect;

type Balanced = Prisma.InvoiceGetPayload<{ select: typeof balanceSelect }>;

/** All that was paid, also what was paid back later: that is for a credit note to say. */
export function paidOf({ payments }: Pick<Balanced, 'payments'>): bigint {
  return payments
    .filter(({ state }) => state === 'SUCCEEDED' || state === 'REFUNDED')
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}

/** What is still to be paid, in the smallest unit of the currency; never below zero. */
export function dueOf(invoice: Balanced): bigint {
  const { kind, state, totalMinor, creditNotes } = invoice;
  if (kind === 'CREDIT_NOTE' || state === 'VOID' || state === 'PAID') return 0n;
  const left = creditNotes.reduce((sum, note) => sum + note.totalMinor, totalMinor) - paidOf(invoice);
  return left > 0n ? left : 0n;
}
