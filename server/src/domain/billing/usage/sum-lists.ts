import type { UsageSum } from './sums.ts';

/** One sum for each meter. */
export function summed(sums: readonly UsageSum[]): UsageSum[] {
  const totals = new Map<string, UsageSum>();
  for (const { meter, quantity, recordCount } of sums) {
    const total = (totals.get(meter) ?? { meter, group: '', quantity: 0n, recordCount: 0n }) satisfies UsageSum;
    totals.set(meter, {
      ...total,
      quantity: total.quantity + quantity,
      recordCount: total.recordCount + recordCount,
    });
  }
  return [...totals.values()];
}

/** The `first` largest, the largest first; of equal ones always the same. */
export function largest(sums: readonly UsageSum[], first: number): UsageSum[] {
  return sums
    .toSorted((a, b) => (a.quantity === b.quantity ? (a.group < b.group ? -1 : 1) : a.quantity < b.quantity ? 1 : -1))
    .slice(0, first);
}
