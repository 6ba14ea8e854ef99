export type Random = ReturnType<typeof createRandom>;

/** The same numbers for the same seed, so that what was found can be found again. */
export function createRandom(seed: number) {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  /** A whole number from 0, less than `below`. */
  const whole = (below: number) => Math.floor(next() * below);
  return {
    whole,
    chance: (probability: number) => next() < probability,
    pick: <Item>(items: readonly Item[]): Item => items[whole(items.length)]!,
    times: <Item>(most: number, make: () => Item): Item[] => Array.from({ length: whole(most + 1) }, make),
  };
}
