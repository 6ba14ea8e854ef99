import { availableParallelism } from 'node:os';
import { rateOf, requireAllAnswered } from '../lib/load-client.ts';
import type { LoadClient } from '../lib/load-client.ts';
import type { LoadReport } from '../lib/load-plan.ts';
import type { CpuClock } from '../lib/process-cpu.ts';
import { quantile } from '../lib/statistics.ts';

export type Load = {
  perSecond: number;
  /** Of the server, by request. */
  cpuUs: number;
  /** What the load generator takes of all processors, 0 to 1. */
  generatorShare: number;
  p50Ms: number;
  p99Ms: number;
};

type Plan = { url: string; requests: readonly Uint8Array[]; connections: number; durationMs: number };

/** Loads a server with callers who send again as soon as they have their answer. Rejects if one is refused. */
export async function loadServer(client: LoadClient, cpu: CpuClock, plan: Plan): Promise<Load> {
  const cpuUsBefore = await cpu();
  const report = await client.run({ ...plan, kind: 'closed' });
  const cpuUs = (await cpu()) - cpuUsBefore;
  requireAllAnswered(report, `${plan.url}, ${plan.connections} connections`);
  return {
    perSecond: rateOf(report),
    cpuUs: cpuUs / report.status.length,
    generatorShare: generatorShareOf(report),
    ...latencyOf(report),
  };
}

export const generatorShareOf = ({ cpuUs, seconds }: LoadReport): number =>
  cpuUs / (seconds * 1_000_000 * availableParallelism());

export const latencyOf = ({ latencyMs }: LoadReport) => ({
  p50Ms: quantile(latencyMs, 0.5),
  p99Ms: quantile(latencyMs, 0.99),
});
