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

type CostTerms = { period: Period; currency: string; baseMinor: bigint };

/** What was used of each meter in hours that are on the same terms. */
export type CostSegment = (MeterPrice & { quantity: bigint })[];

/** What it comes to, without taxes: a line for each meter that has a price, one of which nothing was used included. */
export function costOf(
  { prices, ...terms }: CostTerms & { prices: readonly MeterPrice[] },
  quantities: ReadonlyMap<Meter, bigint>,
): Cost {
  const lines = prices.map((price) => ({ ...price, quantity: quantities.get(price.meter) ?? 0n }));
  return costOfLines(terms, lines);
}

/** The same of lines that say how much. */
export function costOfLines({ period, currency, baseMinor }: CostTerms, used: CostSegment): Cost {
  const lines = used.map((line) => ({ ...line, amountMinor: chargeOf(line) }));
  const totalMinor = lines.reduce((sum, { amountMinor }) => sum + amountMinor, baseMinor);
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
