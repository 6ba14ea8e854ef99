import { median } from '../lib/compare.ts';
import type { CpuClock } from '../lib/process-cpu.ts';
import { mean, quantile, shuffled, usualP99 } from '../lib/statistics.ts';

/** Something done once a round. */
export type Variant = {
  cpu: CpuClock;
  /** Milliseconds it took. */
  run(): Promise<number>;
  /** Takes part in every so many rounds; in all by default. */
  every?: number;
};

type Run = { durationMs: number; cpuUs: number };
export type Round<Name extends string> = Partial<Record<Name, Run>>;

type Plan = { warmUpRounds: number; roundsMin: number; durationMs: number; signal: AbortSignal };

/**
 * Does each variant once a round, until the time is up: whatever else the machine does then meets them all. In an order
 * drawn anew each round, as each run finds the caches as the one before it left them.
 */
export async function measureRounds<Name extends string>(
  variants: Record<Name, Variant>,
  { warmUpRounds, roundsMin, durationMs, signal }: Plan,
): Promise<Round<Name>[]> {
  const names = Object.keys(variants) as Name[];

  async function measure(name: Name): Promise<Run> {
    signal.throwIfAborted();
    const { cpu, run } = variants[name];
    const cpuUsBefore = await cpu();
    const ranMs = await run();
    return { durationMs: ranMs, cpuUs: (await cpu()) - cpuUsBefore };
  }

  async function round(index: number): Promise<Round<Name>> {
    const runs: Round<Name> = {};
    for (const name of shuffled(names)) {
      if (index % (variants[name].every ?? 1) === 0) runs[name] = await measure(name);
    }
    return runs;
  }

  for (let index = 0; index < warmUpRounds; index += 1) await round(0);
  const rounds: Round<Name>[] = [];
  const endsAt = performance.now() + durationMs;
  while (rounds.length < roundsMin || performance.now() < endsAt) rounds.push(await round(rounds.length));
  return rounds;
}

/** Its p99 is the slowest but one. */
const roundsOfStretch = 100;

/** What rounds say of one variant, as a caller meets it and where the machine was quiet. */
export function createSummary<Name extends string>(rounds: Round<Name>[], names: readonly NoInfer<Name>[]) {
  const all = (name: Name, among = rounds) => among.flatMap((each) => each[name]?.durationMs ?? []);
  const complete = rounds.filter((each) => names.every((name) => each[name] !== undefined));
  // The quarter that took least, all together: choosing by the sum favours none of them.
  const sum = (each: Round<Name>) => names.reduce((total, name) => total + (each[name]?.durationMs ?? 0), 0);
  const quiet = complete.toSorted((a, b) => sum(a) - sum(b)).slice(0, Math.max(1, Math.ceil(complete.length / 4)));
  return {
    p50: (name: Name) => median(all(name)),
    p99: (name: Name) => quantile(all(name), 0.99),
    /** Of the rounds that took least. */
    quietP50: (name: Name) => median(all(name, quiet)),
    /**
     * Of the rounds in which `floor`, which is not ours, took no more than a tenth longer than usual: what the rest of the
     * machine was up to shows there, and choosing by it favours nobody's slow answers. The median of stretches: what comes
     * five times a second for one second, as a kernel's own chores do, is no more than one of them.
     */
    calmP99(name: Name, floor: Name) {
      const limit = 1.1 * median(all(floor));
      const calm = rounds.filter((each) => (each[floor]?.durationMs ?? 0) <= limit);
      return usualP99(all(name, calm), roundsOfStretch);
    },
    /** Microseconds of processor time, the mean. */
    cpuUs: (name: Name) => mean(rounds.flatMap((each) => each[name]?.cpuUs ?? [])),
    count: rounds.length,
  };
}
