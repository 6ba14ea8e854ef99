import { performance } from 'node:perf_hooks';
import { bodiesOf } from './call.ts';
import type { Body, Caller, Stages } from './call.ts';
import { startCpuClock } from './process-cpu.ts';
import type { CpuClock } from './process-cpu.ts';
import type { RawEngine, Sidecar } from './processes.ts';
import type { RawWork } from './raw-engine.ts';

export const ways = ['raw bytes', 'multipart', 'base64'] as const;
/** The parts alone, then the three ways to ask for the whole. */
export const variants = ['raw engine', 'decoder', ...ways] as const;
export type Variant = (typeof variants)[number];

/** One run of one variant. `cpuUs` is coarse: only its mean over many runs means anything. */
export type Run = { durationMs: number; cpuUs: number; stages: Stages | null };
/** One run of each variant, one right after the other. */
export type Round = Record<Variant, Run>;

type Subject = { cpu: CpuClock; run(): Promise<Omit<Run, 'cpuUs'>> };

type Deps = {
  rawEngine: RawEngine;
  sidecar: Sidecar;
  caller: Caller;
  picture: Buffer;
  /** No round begins after this many milliseconds. */
  durationMs: number;
  signal: AbortSignal;
  say(text: string): void;
};

/** Not counted: they pay for compiling the code. */
const warmUpRounds = 20;
const roundsMin = 20;
const roundsMax = 400;
const sayEvery = 25;

/**
 * Runs the variants in turn, one run each, until the time is up: whatever else the machine does then meets them all. In
 * an order drawn anew each round, as each run finds the caches as the one before it left them.
 */
export async function measureRequests({ durationMs, signal, say, ...deps }: Deps): Promise<Round[]> {
  const subjects = await createSubjects(deps);

  async function measure(variant: Variant): Promise<Run> {
    signal.throwIfAborted();
    const { cpu, run } = subjects[variant];
    const cpuUsBefore = await cpu();
    const ran = await run();
    return { ...ran, cpuUs: (await cpu()) - cpuUsBefore };
  }

  async function round(): Promise<Round> {
    const runs: Partial<Round> = {};
    for (const variant of shuffled(variants)) runs[variant] = await measure(variant);
    return runs as Round;
  }

  for (let index = 0; index < warmUpRounds; index++) await round();
  say('  warmed up');
  const rounds: Round[] = [];
  const endsAt = performance.now() + durationMs;
  while (rounds.length < roundsMin || (rounds.length < roundsMax && performance.now() < endsAt)) {
    rounds.push(await round());
    if (rounds.length % sayEvery === 0) say(`  ${rounds.length} rounds`);
  }
  return rounds;
}

async function createSubjects(deps: Pick<Deps, 'rawEngine' | 'sidecar' | 'caller' | 'picture'>) {
  const { rawEngine, sidecar, caller, picture } = deps;
  const sidecarCpu = await startCpuClock(sidecar.process);
  const rawEngineCpu = await startCpuClock(rawEngine.process);
  const alone = (work: RawWork): Subject => ({
    cpu: rawEngineCpu,
    run: async () => ({ durationMs: await rawEngine.measure(work), stages: null }),
  });
  const overHttp = (body: Body): Subject => ({
    cpu: sidecarCpu,
    async run() {
      const { durationMs, prediction } = await caller.predict(`${sidecar.url}/predict`, body);
      // An answer from memory would say nothing about the model.
      if (prediction.timings.modelMs === 0) throw new Error('The sidecar answered without running its model.');
      return { durationMs, stages: prediction.timings };
    },
  });
  const { raw, multipart, base64 } = bodiesOf(picture);
  return {
    'raw engine': alone('run'),
    decoder: alone('decode'),
    'raw bytes': overHttp(raw),
    multipart: overHttp(multipart),
    base64: overHttp(base64),
  } satisfies Record<Variant, Subject>;
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
