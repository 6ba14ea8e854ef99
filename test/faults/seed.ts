/** What this run's chances come from; said in its JSON file, and given again by FAULTS_SEED. */
export const runSeed = Number(process.env['FAULTS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

export type Chance = {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
};

/** The same numbers for the same name and seed, whatever else is drawn beside them. */
export function chanceOf(name: string, seed: number = runSeed): Chance {
  let state = seed >>> 0;
  for (const character of name) state = Math.imul(state ^ character.codePointAt(0)!, 0x01000193) >>> 0;
  // mulberry32: 32 bits of state are plenty for some thousand moments.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, between: (from, to) => from + Math.floor(next() * (to - from + 1)) };
}
