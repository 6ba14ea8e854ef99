import { setTimeout as delay } from 'node:timers/promises';
import {
  ConflictError,
  InvalidRequestError,
  NotFoundError,
  PermissionDeniedError,
  SightlineError,
} from '@sightline/core';
import type { Backoff, RecordCapture, RecordedCapture } from '@sightline/core';
import type { ConsentNote, Spool } from './open-spool.ts';

type Deps = {
  spool: Spool;
  record(batch: RecordCapture, signal: AbortSignal): PromiseLike<RecordedCapture>;
  tell(note: ConsentNote, signal: AbortSignal): PromiseLike<unknown>;
  backoff: Backoff;
  /**
   * Told what the server refuses, as little as can be of it. What it forbids is kept for another time while there is room (`isKept`),
   * since rights come back; anything else is given up.
   */
  onRefused(batch: RecordCapture, error: SightlineError, fate: { isKept: boolean }): void;
  onRecorded(batch: RecordCapture, recorded: RecordedCapture): void;
};

/** Tells the server what waits, oldest first, one batch at a time, and again until it has it. */
export function startDelivery({ spool, record, tell, backoff, onRefused, onRecorded }: Deps) {
  const stopping = new AbortController();
  let underWay: Promise<void> | null = null;
  let retrying: Promise<void> | null = null;
  let failures = 0;
  /** Why captures are set aside, by their id, and under no id uses of none. What comes behind them waits with them, or it would be told first. */
  const refusals = new Map<string | null, SightlineError>();
  let triesAgain = false;

  /** What is forbidden here keeps nothing else up. */
  async function setAside(batch: RecordCapture, error: SightlineError): Promise<void> {
    refusals.set(batch.captureId ?? null, error);
    const isKept = await spool.setAside();
    onRefused(batch, error, { isKept });
    if (!isKept) await spool.endBatch(false);
  }

  async function next(): Promise<RecordCapture | null> {
    if (triesAgain) {
      triesAgain = false;
      await spool.tryAgain();
      refusals.clear();
    }
    return stopping.signal.aborted ? null : spool.nextBatch({ uses: !refusals.has(null) });
  }

  async function deliver(): Promise<void> {
    // What somebody agreed to is known before what was captured by that.
    for (let note = spool.nextNote(); note && !stopping.signal.aborted; note = spool.nextNote()) {
      try {
        await tell(note, stopping.signal);
      } catch (error) {
        if (!isFinal(error)) throw error;
      }
      await spool.endNote();
    }
    for (let batch = await next(); batch; batch = await next()) {
      try {
        const refusal = refusals.get(batch.captureId ?? null);
        if (refusal) throw refusal;
        onRecorded(batch, await record(batch, stopping.signal));
        await spool.endBatch(true);
      } catch (error) {
        if (error instanceof PermissionDeniedError) {
          await setAside(batch, error);
          continue;
        }
        if (!isFinal(error)) throw error;
        // One thing that makes no sense takes nothing else with it.
        if (error instanceof InvalidRequestError && (await spool.splitBatch())) continue;
        onRefused(batch, error, { isKept: false });
        await spool.endBatch(false);
      }
      failures = 0;
    }
  }

  async function run(): Promise<void> {
    // What came after it began is told as well.
    await underWay?.catch(() => {});
    underWay ??= deliver().finally(() => (underWay = null));
    await underWay;
  }

  /** Everything that waits is recorded when it resolves, also what was set aside. Rejects with why that cannot be now. */
  async function sync(): Promise<void> {
    triesAgain = true;
    while (triesAgain) await run();
    for (const refusal of refusals.values()) throw refusal;
  }

  async function retry(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        return await run();
      } catch {
        failures += 1;
        await delay(backoff(failures - 1), undefined, { signal: stopping.signal, ref: false }).catch(() => {});
      }
    }
  }

  return {
    sync,
    /** Something waits: tries until it is told. */
    wake(): void {
      retrying ??= retry().finally(() => (retrying = null));
    },
    async [Symbol.asyncDispose](): Promise<void> {
      stopping.abort();
      await Promise.allSettled([retrying, underWay]);
    },
  };
}

/** Of the batch itself, so that it is refused however often it comes; not of who sends it, or of what another batch did. */
function isFinal(error: unknown): error is SightlineError {
  if (!(error instanceof SightlineError) || error.retryable || error.code === 'BATCH_OUT_OF_ORDER') return false;
  return error instanceof InvalidRequestError || error instanceof NotFoundError || error instanceof ConflictError;
}
