import type { Meter } from '@sightline/db/client';
import { chargeOf } from './charge.ts';
import type { UnitPrice } from './charge.ts';
import type { Period } from '../billing-periods.ts';

/** What a meter costs on the terms that an organization has. */
export type MeterPrice = UnitPrice & { meter: Meter };

export type CostLine = MeterPrice & { quantity: bigint; amountMinor: bigint };

export type Cost = {
  period: Period;
  /** ISO 4217 */
  currency: string;
  /** Of the plan itself, for the whole period. */
  baseMinor: bigint;
  lines: CostLine[];
  totalMinor: bigint;
};

/** What it comes to, without taxes: a line for each meter that has a price, one of which nothing was used included. */
export function costOf(
  terms: { period: Period; currency: string; baseMinor: bigint; prices: readonly MeterPrice[] },
  quantities: ReadonlyMap<Meter, bigint>,
): Cost {
  const lines = terms.prices.map((price) => {
    const quantity = quantities.get(price.meter) ?? 0n;
    return { ...price, quantity, amountMinor: chargeOf({ ...price, quantity }) };
  });
  const totalMinor = lines.reduce((sum, { amountMinor }) => sum + amountMinor, terms.baseMinor);
  const { period, currency, baseMinor } = terms;
  return { period, currency, baseMinor, lines, totalMinor };
}

/**
 * Units at the end of a period: what was used, and as much for each hour that is left as for each hour of the time just
 * gone. Never less than what was used.
 */
export function expectedQuantity(used: bigint, recent: { quantity: bigint; hours: number }, hoursLeft: number): bigint {
  if (recent.hours <= 0 || hoursLeft <= 0) return used;
  const hours = BigInt(Math.ceil(recent.hours));
  return used + (recent.quantity * BigInt(Math.ceil(hoursLeft)) + hours - 1n) / hours;
}
