import { setTimeout as delay } from 'node:timers/promises';
import { ConflictError, InvalidRequestError, NotFoundError, SightlineError } from '@sightline/core';
import type { Backoff, RecordCapture, RecordedCapture } from '@sightline/core';
import type { ConsentNote, Spool } from './open-spool.ts';

type Deps = {
  spool: Spool;
  record(batch: RecordCapture, signal: AbortSignal): PromiseLike<RecordedCapture>;
  tell(note: ConsentNote, signal: AbortSignal): PromiseLike<unknown>;
  backoff: Backoff;
  /** Told what the server refuses for good, as little as can be of it, before it is given up. */
  onRefused(batch: RecordCapture, error: SightlineError): void;
  onRecorded(batch: RecordCapture, recorded: RecordedCapture): void;
};

/** Tells the server what waits, oldest first, one batch at a time, and again until it has it. */
export function startDelivery({ spool, record, tell, backoff, onRefused, onRecorded }: Deps) {
  const stopping = new AbortController();
  let underWay: Promise<void> | null = null;
  let retrying: Promise<void> | null = null;
  let failures = 0;

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
    for (let batch = await spool.nextBatch(); batch && !stopping.signal.aborted; batch = await spool.nextBatch()) {
      try {
        onRecorded(batch, await record(batch, stopping.signal));
        await spool.endBatch(true);
      } catch (error) {
        if (!isFinal(error)) throw error;
        // One thing that makes no sense takes nothing else with it.
        if (error instanceof InvalidRequestError && (await spool.splitBatch())) continue;
        onRefused(batch, error);
        await spool.endBatch(false);
      }
      failures = 0;
    }
  }

  /** Everything that waits is recorded when it resolves. Rejects with why that cannot be now. */
  async function sync(): Promise<void> {
    // What came after it began is told as well.
    await underWay?.catch(() => {});
    underWay ??= deliver().finally(() => (underWay = null));
    await underWay;
  }

  async function retry(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        return await sync();
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
