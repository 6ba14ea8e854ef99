import type { Bagged } from '../collections/bag.ts';
import type { RunOptions, RunTimings } from './engine.ts';
import type { EngineTask, TaskResult } from './engine-protocol.ts';

export type JobAnswer = RunTimings & { result: Exclude<TaskResult, { kind: 'failed' }>; batchSize: number };

/** A request on its way to an engine. */
export type Job = Bagged &
  Pick<RunOptions, 'tenant' | 'weight' | 'priority'> & {
    task: EngineTask;
    /** Jobs share a run when they have the same; null for one that never does. */
    shapeKey: string | null;
    rows: number;
    /** On the clock of `performance.now`. */
    enqueuedAt: number;
    startedAt: number;
    deadlineAt: number;
    /** An engine was lost under it before. */
    isRetried: boolean;
    isSettled: boolean;
    resolve(answer: JobAnswer): void;
    reject(reason: unknown): void;
  };
