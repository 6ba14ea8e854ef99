import type { Meter } from '@sightline/db/client';
import type { Calls } from '../rates/rate-rules.ts';

/** What something would cost, in the smallest unit of the currency. */
export type EstimatedCharge = {
  /** Null for what a plan costs by itself, such as the rest of a period after a change. */
  meter: Meter | null;
  /** At most; null where nobody can know, and then `amountMinor` is null, too, unless units cost nothing. */
  units: bigint | null;
  /** Never less than what will be charged; below zero for a credit. */
  amountMinor: bigint | null;
  /** ISO 4217 */
  currency: string;
};

/** What is left of a limit after it. */
export type Left = {
  /** A field of `Limits`; `requests` and `cost` for what may be called in a minute. */
  name: string;
  limit: bigint;
  left: bigint;
  /** When all of it is there again; null where nothing but giving something up brings it back. */
  resetsAt: Date | null;
};

/** Why it would be refused now, as the refusal itself would say it. */
export type PredictedRefusal = { code: string; message: string; retryAfterMs: number | null };

export type Estimate = {
  /** As in `extensions.cost`; null for a document that is no operation. */
  queryCost: number | null;
  charges: EstimatedCharge[];
  left: Left[];
  /** Empty: it would be done. */
  refusals: PredictedRefusal[];
  /**
   * Whether all of it was tried out. Else its resolvers were not run, because something outside of the database would have
   * been done: who asks, what they may do, and what they give were looked at all the same.
   */
  isRehearsed: boolean;
};

/** An operation as it was read: what it costs and calls, or why it is none. */
export type ReadScript = { queryCost: number; calls: Calls } | { errors: unknown[] };

/** What came of trying an operation out. */
export type Rehearsed<Seen> = {
  /** Whatever was thrown on the way. */
  errors: unknown[];
  isRehearsed: boolean;
  /** What `look` saw before everything was taken back. */
  seen: Seen;
};

/** Tries it out; `look` sees what it did. */
export type Rehearse = <Seen>(look: () => Promise<Seen>) => Promise<Rehearsed<Seen>>;
