import type { ChildProcess } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { bodiesOf } from './call.ts';
import type { Caller, Stages } from './call.ts';
import { processCpuUs } from './process-cpu.ts';
import type { RawEngine, Sidecar } from './processes.ts';
import type { RawWork } from './raw-engine.ts';

export const ways = ['raw bytes', 'multipart', 'base64'] as const;
/** The parts alone, then the three ways to ask for the whole. */
export const variants = ['raw engine', 'decoder', ...ways] as const;
export type Variant = (typeof variants)[number];

/** What one variant did in one round. */
export type Block = { durationsMs: number[]; stages: Stages[]; cpuUsPerRun: number };
/** One block of each variant, one right after the other. */
export type Round = Record<Variant, Block>;

type Once = () => Promise<{ durationMs: number; stages: Stages | null }>;
type Subject = { process: ChildProcess; runs(count: number): Promise<{ durationMs: number; stages: Stages | null }[]> };

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

const runsPerBlock = 8;
/** At the start of each block, not counted: caches and sleeping threads belong to the variant before. */
const warmUpRuns = 2;
const roundsMin = 3;
const roundsMax = 16;

/** Runs the variants in turn, block by block, until the time is up: what else the machine does then meets them all. */
export async function measureRequests(deps: Deps): Promise<Round[]> {
  const { rawEngine, sidecar, caller, picture, durationMs, signal, say } = deps;
  const { raw, multipart, base64 } = bodiesOf(picture);
  const overHttp = (body: typeof raw): Subject => ({
    process: sidecar.process,
    runs: (count) =>
      repeat(count, async () => {
        const { durationMs: took, prediction } = await caller.predict(`${sidecar.url}/predict`, body);
        return { durationMs: took, stages: prediction.timings };
      }),
  });
  const alone = (work: RawWork): Subject => ({
    process: rawEngine.process,
    runs: async (count) => (await rawEngine.repeat(work, count)).map((took) => ({ durationMs: took, stages: null })),
  });
  const subjects: Record<Variant, Subject> = {
    'raw engine': alone('run'),
    decoder: alone('decode'),
    'raw bytes': overHttp(raw),
    multipart: overHttp(multipart),
    base64: overHttp(base64),
  };

  async function block(variant: Variant): Promise<Block> {
    signal.throwIfAborted();
    const subject = subjects[variant];
    await subject.runs(warmUpRuns);
    const cpuUsBefore = await processCpuUs(subject.process);
    const runs = await subject.runs(runsPerBlock);
    const cpuUs = (await processCpuUs(subject.process)) - cpuUsBefore;
    return {
      durationsMs: runs.map(({ durationMs: took }) => took),
      stages: runs.flatMap(({ stages }) => stages ?? []),
      cpuUsPerRun: cpuUs / runsPerBlock,
    };
  }

  const rounds: Round[] = [];
  // The first round pays for compiling the code; it is made and forgotten.
  let endsAt = Infinity;
  for (let round = 0; round < roundsMin + 1 || (round <= roundsMax && performance.now() < endsAt); round++) {
    const blocks: Partial<Round> = {};
    for (const variant of variants) blocks[variant] = await block(variant);
    if (round === 0) endsAt = performance.now() + durationMs;
    else rounds.push(blocks as Round);
    say(round === 0 ? '  warmed up' : `  round ${round}`);
  }
  return rounds;
}

async function repeat(count: number, once: Once): ReturnType<Subject['runs']> {
  const runs: Awaited<ReturnType<Once>>[] = [];
  for (let index = 0; index < count; index++) runs.push(await once());
  return runs;
}
