import type { BillableItem, Meter } from '@sightline/db/client';
import type { Period } from '../billing-periods.ts';
import { chargeOf } from '../usage/charge.ts';
import { formatNumber } from './money.ts';

/** A line of a bill; amounts are in the smallest unit of its currency, and below zero for what comes back. */
export type NewLine = {
  description: string;
  meter: Meter | null;
  quantity: bigint;
  included: bigint;
  unitAmountMinor: bigint;
  perUnits: number;
  amountMinor: bigint;
  periodStartsAt: Date;
  periodEndsAt: Date;
};

export type MeterTerms = { meter: Meter; included: bigint; unitAmountMinor: number; perUnits: number };

const meterNames: Readonly<Record<Meter, string>> = {
  PREDICTIONS: 'Predictions',
  FRAMES: 'Frames',
  SESSION_SECONDS: 'Session time, in seconds',
};

/** What a meter counted in some hours, also nothing: what comes late is compared with it. */
export function usageLine(
  terms: MeterTerms,
  quantity: bigint,
  { startsAt, endsAt }: Period,
  planName: string,
): NewLine {
  const { meter, included, unitAmountMinor, perUnits } = terms;
  return {
    description: `${meterNames[meter]} on ${planName}${included > 0n ? `, ${formatNumber(included)} included` : ''}`,
    ...{ meter, quantity, included, unitAmountMinor: BigInt(unitAmountMinor), perUnits },
    amountMinor: chargeOf({ quantity, included, unitAmountMinor, perUnits }),
    ...{ periodStartsAt: startsAt, periodEndsAt: endsAt },
  };
}

/** All that was billed of a meter for some hours. */
export type Billed = MeterTerms & Period & { quantity: bigint; amountMinor: bigint };

/**
 * What was reported after these hours had been billed; null: nothing. All lines of the hours add up to what the first one
 * would have been, had it known.
 */
export function lateLine(billed: Billed, quantity: bigint): NewLine | null {
  if (quantity <= billed.quantity) return null;
  const { meter, included, unitAmountMinor, perUnits, startsAt, endsAt } = billed;
  const left = included > billed.quantity ? included - billed.quantity : 0n;
  return {
    description: `${meterNames[meter]}, reported after the bill`,
    ...{ meter, quantity: quantity - billed.quantity, included: left },
    ...{ unitAmountMinor: BigInt(unitAmountMinor), perUnits },
    amountMinor: chargeOf({ quantity, included, unitAmountMinor, perUnits }) - billed.amountMinor,
    ...{ periodStartsAt: startsAt, periodEndsAt: endsAt },
  };
}

type Item = Pick<BillableItem, 'kind' | 'amountMinor' | 'periodStartsAt' | 'periodEndsAt'>;

/** The price of a plan, or of a change of it. */
export function itemLine(item: Item, planName: string): NewLine {
  const { kind, amountMinor, periodStartsAt, periodEndsAt } = item;
  const description = { SUBSCRIPTION: '', PRORATION_CREDIT: ', unused time', PRORATION_CHARGE: ', remaining time' }[
    kind
  ];
  return {
    description: `${planName}${description}`,
    ...{ meter: null, quantity: 1n, included: 0n, unitAmountMinor: amountMinor, perUnits: 1, amountMinor },
    ...{ periodStartsAt, periodEndsAt },
  };
}

/**
 * Which items go on a bill that has `otherMinor` on it already: all charges, and credits as far as something is left to take
 * them from. `rest` is how much of the last credit waits for the next bill, at most zero.
 */
export function itemsThatFit<One extends Pick<BillableItem, 'amountMinor'>>(
  items: readonly One[],
  otherMinor: bigint,
): { taken: { item: One; rest: bigint }[]; leftMinor: bigint } {
  const charges = items.filter(({ amountMinor }) => amountMinor >= 0n);
  let leftMinor = charges.reduce((sum, { amountMinor }) => sum + amountMinor, otherMinor);
  const taken = charges.map((item) => ({ item, rest: 0n }));
  for (const item of items.filter(({ amountMinor }) => amountMinor < 0n)) {
    if (leftMinor <= 0n) break;
    const rest = leftMinor + item.amountMinor < 0n ? leftMinor + item.amountMinor : 0n;
    taken.push({ item, rest });
    leftMinor += item.amountMinor - rest;
  }
  return { taken, leftMinor };
}
