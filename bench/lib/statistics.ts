/** The least of the values that the share `q` of them is no larger than (nearest rank); NaN without values. */
export function quantile(values: ArrayLike<number>, q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

/**
 * The median of the p99s of stretches of `stretchLength` values: what happens all the time shows, a burst of somebody else
 * does not. Values in the order in which they came.
 */
export function usualP99(values: readonly number[], stretchLength: number): number {
  const stretches = Array.from({ length: Math.max(1, Math.floor(values.length / stretchLength)) }, (_, index) =>
    values.slice(index * stretchLength, (index + 1) * stretchLength),
  );
  return quantile(
    stretches.map((stretch) => quantile(stretch, 0.99)),
    0.5,
  );
}

export const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

/** The same items in an order drawn anew. */
export function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
