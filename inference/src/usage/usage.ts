import type { Caller } from '../http/callers.ts';

/** What was done for a caller, once its answer is known and before it leaves. */
export type UsedCall = {
  /** The model's task, such as `detection`. */
  task: string;
  /** The model's name. */
  model: string;
  /** It cost no run of the model: free. */
  cached: boolean;
  /** Pictures, texts or rows of the batch, at least 1. */
  count: number;
};

/**
 * Resolves once the call is written down, and only then may its answer leave: so no answer is ever unpaid. Call it once
 * for each call that succeeded; failed calls are free because nobody calls it. Resolves at once for what is not billed.
 * Throws SERVICE_UNAVAILABLE when it cannot be written down.
 */
export type RecordUsage = (caller: Caller, call: UsedCall) => Promise<void>;
