/** What units of a meter cost. Amounts are in the smallest unit of the currency. */
export type UnitPrice = {
  /** Units of the billing period that cost nothing. */
  included: bigint;
  unitAmountMinor: number;
  /** So many units cost `unitAmountMinor`, from 1. */
  perUnits: number;
};

/**
 * What `quantity` units of one billing period cost, halves rounded up. Always of the whole sum: pieces that are rounded
 * each for itself add up to something else.
 */
export function chargeOf({ quantity, ...price }: UnitPrice & { quantity: bigint }): bigint {
  const { dividend, divisor } = exactly(price, billable(quantity, price));
  return (2n * dividend + divisor) / (2n * divisor);
}

/**
 * The most that `more` units add to a bill that has `used` of the period already: rounded up, so that it is never less than
 * the difference of the two charges.
 */
export function marginalCharge({ used, more, ...price }: UnitPrice & { used: bigint; more: bigint }): bigint {
  if (more < 0n) throw new RangeError(`${more} is no number of units.`);
  const { dividend, divisor } = exactly(price, billable(used + more, price) - billable(used, price));
  return (dividend + divisor - 1n) / divisor;
}

function billable(quantity: bigint, { included }: UnitPrice): bigint {
  if (quantity < 0n || included < 0n) throw new RangeError(`${quantity} of ${included} is no number of units.`);
  return quantity > included ? quantity - included : 0n;
}

function exactly({ unitAmountMinor, perUnits }: UnitPrice, units: bigint) {
  if (unitAmountMinor < 0 || perUnits < 1) throw new RangeError(`${unitAmountMinor} for ${perUnits} is no price.`);
  return { dividend: units * BigInt(unitAmountMinor), divisor: BigInt(perUnits) };
}
