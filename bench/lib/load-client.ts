import { startCompanion } from './companion.ts';
import type { LoadPlan, LoadReport } from './load-plan.ts';

export type LoadClient = AsyncDisposable & {
  /** One plan at a time. */
  run(plan: LoadPlan): Promise<LoadReport>;
};

/** Starts a load generator in a process of its own. */
export async function startLoadClient(): Promise<LoadClient> {
  const module = new URL('generate-load.ts', import.meta.url);
  const companion = await startCompanion<LoadPlan, LoadReport>('load generator', module);
  return { run: companion.ask, [Symbol.asyncDispose]: () => companion[Symbol.asyncDispose]() };
}

/** Answers a second, of those that came within the time. */
export const rateOf = (report: LoadReport, status = 200): number => countOf(report, status) / report.seconds;

export function countOf({ status, sentAtMs, latencyMs, seconds }: LoadReport, wanted = 200): number {
  let count = 0;
  for (let index = 0; index < status.length; index += 1) {
    const isInTime = (sentAtMs[index] ?? 0) + (latencyMs[index] ?? 0) <= seconds * 1_000 + 0.001;
    if (status[index] === wanted && isInTime) count += 1;
  }
  return count;
}

/** Throws unless every request was answered with 200: figures of anything else would not be of the job. */
export function requireAllAnswered({ status, refusal, unsentCount }: LoadReport, what: string): void {
  const failedCount = status.reduce((count, code) => count + (code === 200 ? 0 : 1), unsentCount);
  if (failedCount > 0) throw new Error(`${what}: ${failedCount} of ${status.length} requests failed: ${refusal}`);
}
