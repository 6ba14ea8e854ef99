import type { PaymentProvider, PaymentState } from '@sightline/db/client';

/** A bill to be paid, in the smallest unit of its currency. */
export type Payable = { id: string; organizationId: string; number: string; amountMinor: bigint; currency: string };

/** What became of one try to pay a bill. */
export type PaymentChange = {
  providerPaymentId: string;
  invoiceId: string;
  organizationId: string;
  state: PaymentState;
  amountMinor: bigint;
  currency: string;
};

/** Something that a provider tells. They may tell it again, late, and in any order. */
export type ProviderEvent = {
  id: string;
  type: string;
  happenedAt: Date;
  /** Null: nothing that concerns a bill of ours. */
  change: PaymentChange | null;
};

export type Payer = { organizationId: string; name: string; customerId: string | null };

/**
 * Whoever moves the money. How much, for what and when is ours to say. Throws PAYMENT_FAILED where they refuse, and
 * SERVICE_UNAVAILABLE where they cannot be reached.
 */
export type Payments = {
  readonly kind: PaymentProvider;
  /** Who the payer is there, from now on; null: they keep nobody. */
  customer(payer: Payer): Promise<string | null>;
  /** A page on which the bill is paid, and the way to pay kept for the next ones; null: there is none. */
  checkout(asked: { customerId: string; invoice: Payable; returnTo: string }): Promise<string | null>;
  /** A page on which ways to pay are changed; null: there is none. */
  portal(asked: { customerId: string; returnTo: string }): Promise<string | null>;
  /**
   * Tries to collect a bill by the way that is kept; null: none is. The same `attempt` (from 0) again is the same try.
   */
  charge(asked: { customerId: string; invoice: Payable; attempt: number }): Promise<PaymentChange | null>;
  /** Reads an event of theirs from the bytes as they came. Throws WEBHOOK_REFUSED for what they did not sign just now. */
  verify(rawBody: Buffer, signature: string | undefined, now: Date): ProviderEvent;
};
