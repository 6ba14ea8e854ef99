import type { ModelConfig } from '../models/model-config.ts';
import type { Candidate } from '../vision/boxes.ts';
import type { Tensors, TensorSpec } from './tensors.ts';

/** What an engine is started with. */
export type EngineSetup = {
  modelPath: string;
  config: ModelConfig;
  intraThreads: number;
  isSpinning: boolean;
  /** Execution providers in order of preference; the processor serves where none of them does. */
  providers: readonly string[];
  /** Milliseconds by which runs are slowed down. */
  delayMs: number;
  /** Whether to find out how long runs take and what sharing them gains. */
  isMeasured: boolean;
};

/** One request's part of a run. Bytes lie in shared memory. */
export type EngineTask =
  | { kind: 'tensors'; inputs: Tensors; outputs: readonly string[] | null }
  | { kind: 'picture'; pixels: Uint8Array }
  | { kind: 'detect'; pixels: Uint8Array; confidenceMin: number };

/** To the engine. Tasks of one message share a run. */
export type EngineRequest = { type: 'run'; id: number; tasks: readonly EngineTask[] } | { type: 'close' };

export type TaskResult =
  | { kind: 'tensors'; outputs: Tensors }
  | { kind: 'candidates'; candidates: Candidate[] }
  | { kind: 'failed'; message: string };

/** Results in the order of the tasks; the times are those of the whole run. */
export type BatchResult = {
  results: TaskResult[];
  preprocessMs: number;
  modelMs: number;
  postprocessMs: number;
};

/** How long the network takes, found out at start. Milliseconds, medians. */
export type Measurement = {
  singleMs: number;
  /** A run of `batchSize` at once; null where runs cannot be shared, or their results would not be the same. */
  batchedMs: number | null;
  batchSize: number;
};

export type EngineReady = {
  type: 'ready';
  inputs: readonly TensorSpec[];
  outputs: readonly TensorSpec[];
  provider: string;
  measurement: Measurement | null;
};

/** From the engine. */
export type EngineReply =
  | EngineReady
  | { type: 'refused'; message: string }
  | ({ type: 'done'; id: number } & BatchResult);
