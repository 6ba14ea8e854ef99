import type { Candidate } from '../vision/boxes.ts';
import type { EngineStatistics } from './statistics.ts';
import type { Tensors, TensorSpec } from './tensors.ts';

/** Who wants a run, and how long it is worth waiting for. */
export type RunOptions = {
  /** Whose it is. The queue is fair between tenants. */
  tenant: string;
  /** Share of the machine against other tenants' under load; above 0. */
  weight: number;
  /** People wait for `interactive` work; it goes before `batch` work. */
  priority: 'interactive' | 'batch';
  /** Milliseconds from now to the last moment at which an answer is of use. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** What happens at a full queue; the model's own policy otherwise. */
  policy?: QueuePolicy | undefined;
};

/**
 * At a full queue: `drop-latest` refuses the newcomer, `drop-oldest` gives up what waited longest of the same tenant
 * (for live pictures, where only the newest counts), `wait` holds the newcomer back until there is room.
 */
export type QueuePolicy = 'wait' | 'drop-oldest' | 'drop-latest';

/** Milliseconds of the stages of one run. */
export type RunTimings = { queueMs: number; preprocessMs: number; modelMs: number; postprocessMs: number };

export type TensorAnswer = RunTimings & { outputs: Tensors; /** Requests that shared the run */ batchSize: number };
export type DetectionAnswer = RunTimings & { candidates: Candidate[]; batchSize: number };

export type Placement = {
  /** `inline`: on the thread that serves HTTP, for networks that take less time than the way to another thread. */
  kind: 'threads' | 'processes' | 'inline' | 'remote';
  engineCount: number;
  /** Threads inside one engine. */
  intraThreads: number;
  /** The execution provider that took the network: `cpu`, `cuda`…; `remote` where it runs elsewhere. */
  provider: string;
  /** Requests that may share a run. 1: never. */
  batchSizeMax: number;
  /** Longest wait for others to share a run with. */
  batchDelayMs: number;
};

/**
 * One loaded version of a model. Runs throw QUEUE_FULL, DEADLINE_EXCEEDED, TENSOR_INVALID, ENGINE_FAILED,
 * SERVICE_UNAVAILABLE and the reason of an abort.
 */
export type Engine = AsyncDisposable & {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly placement: Placement;
  /** `outputs`: only these; all by default. */
  run(inputs: Tensors, options: RunOptions & { outputs?: readonly string[] | undefined }): Promise<TensorAnswer>;
  /** A picture as RGB bytes of the size of the model's input, letterboxed. For models whose config has `input`. */
  runPicture(pixels: SharedArrayBuffer, options: RunOptions): Promise<TensorAnswer>;
  /** The same for detection models: the outputs are decoded beside the network. Surest first, in input pixels. */
  detect(pixels: SharedArrayBuffer, options: RunOptions & { confidenceMin: number }): Promise<DetectionAnswer>;
  /**
   * Throws QUEUE_FULL now rather than after the work that a picture is before it gets here; otherwise keeps a place in
   * the queue until it is disposed of, which is when the run is asked for. `isCounted: false` where that is no refusal yet.
   */
  reserve(options: Pick<RunOptions, 'tenant' | 'weight' | 'policy'> & { isCounted?: boolean }): Disposable;
  readonly statistics: Readonly<EngineStatistics>;
  /** Requests waiting, those included that are still being made ready. */
  readonly depth: number;
  /** Engines that can take work. */
  readonly readyCount: number;
};
