import { performance } from 'node:perf_hooks';
import { SidecarError } from '../errors.ts';
import type { EngineResult } from './engine-protocol.ts';

export type Job = {
  pixels: ArrayBuffer;
  confidenceMin: number;
  enqueuedAt: number;
  resolve(result: EngineResult & { queueMs: number }): void;
  reject(reason: unknown): void;
};

export type JobOptions = {
  confidenceMin: number;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Waits even where the queue is full. For callers that send one picture at a time and are few. */
  isPatient?: boolean;
};

export type DropReason = 'full' | 'deadline' | 'cancelled';

type Deps = {
  sizeMax: number;
  /** A picture goes without a run. `pixels` may be used again, unless they are with an engine. */
  onDrop(reason: DropReason, pixels: ArrayBuffer | null): void;
  /** There may be work to hand out. */
  onWaiting(): void;
};

/**
 * Pictures on their way to an engine: first in, first out, at most `sizeMax` waiting. A newcomer at a full queue is
 * refused at once; whoever hangs up or runs out of time leaves the queue without costing a run.
 */
export function createJobQueue({ sizeMax, onDrop, onWaiting }: Deps) {
  const waiting: Job[] = [];
  const full = () => new SidecarError('QUEUE_FULL', 'Too many pictures are waiting. Try again in a moment.');

  return {
    /** Throws QUEUE_FULL now rather than after the work that a picture is before it gets here. */
    requireRoom(): void {
      if (waiting.length < sizeMax) return;
      onDrop('full', null);
      throw full();
    },
    get depth() {
      return waiting.length;
    },
    /** Throws QUEUE_FULL, DEADLINE_EXCEEDED, ENGINE_FAILED or the reason of an abort. */
    push(
      pixels: ArrayBuffer,
      { confidenceMin, timeoutMs, signal, isPatient = false }: JobOptions,
    ): Promise<EngineResult & { queueMs: number }> {
      const enqueuedAt = performance.now();
      return new Promise((resolve, reject) => {
        const settle = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', cancel);
        };
        const job: Job = {
          pixels,
          confidenceMin,
          enqueuedAt,
          resolve(result) {
            settle();
            resolve(result);
          },
          reject(reason) {
            settle();
            reject(reason);
          },
        };
        const drop = (reason: DropReason, error: unknown) => {
          const index = waiting.indexOf(job);
          if (index >= 0) waiting.splice(index, 1);
          job.reject(error);
          onDrop(reason, pixels);
        };
        const cancel = () => drop('cancelled', signal?.reason);
        const timer = setTimeout(() => {
          drop('deadline', new SidecarError('DEADLINE_EXCEEDED', 'The picture was not looked at in time.'));
        }, timeoutMs);
        if (signal?.aborted) return cancel();
        if (!isPatient && waiting.length >= sizeMax) {
          return drop('full', full());
        }
        signal?.addEventListener('abort', cancel, { once: true });
        waiting.push(job);
        onWaiting();
      });
    },
    shift: (): Job | undefined => waiting.shift(),
    /** Turns everyone away. */
    clear(reason: unknown): void {
      for (const job of waiting.splice(0)) job.reject(reason);
    },
  };
}
