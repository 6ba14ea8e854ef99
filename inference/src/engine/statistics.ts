import type { RunTimings } from './engine.ts';

/** Counted since the engine started. */
export type EngineStatistics = RunTimings & {
  /** Requests that were answered. */
  successCount: number;
  failureCount: number;
  /** Runs of the network; fewer than requests where these shared runs. */
  executionCount: number;
};

export const createStatistics = (): EngineStatistics => ({
  ...{ successCount: 0, failureCount: 0, executionCount: 0 },
  ...{ queueMs: 0, preprocessMs: 0, modelMs: 0, postprocessMs: 0 },
});
