import { randomUUIDv7 } from 'node:crypto';
import { SidecarError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Spool } from './spool.ts';
import type { UsageMetrics } from './usage-metrics.ts';
import type { RecordUsage } from './usage.ts';
import { countMax, encodeRecords } from './usage-record.ts';
import type { UsageRecord } from './usage-record.ts';

type Deps = {
  spool: Pick<Spool, 'append' | 'sync' | 'isFull'>;
  /** Whether an answer waits for the disk itself, and not only for the system's memory of it. */
  waitsForDisk: boolean;
  now(): number;
  /** Called when something new waits to be reported. */
  onWritten(): void;
  metrics: UsageMetrics;
  log: Pick<Logger, 'error' | 'info'>;
};

type Batch = { records: UsageRecord[]; written: PromiseWithResolvers<void> };

export type Journal = ReturnType<typeof createJournal>;

const nothing = Promise.resolve();

/** Writes calls down before they are answered. Calls that end at the same time share one write. */
export function createJournal({ spool, waitsForDisk, now, onWritten, metrics, log }: Deps) {
  let batch: Batch | null = null;
  let isWriting = false;
  let isBroken = false;

  function refusal(cause?: unknown): SidecarError {
    const text = 'Calls cannot be counted here right now, so none are answered. Try again later.';
    return new SidecarError('SERVICE_UNAVAILABLE', text, { cause });
  }

  /** One line when it begins and one when it ends: somebody must act, but not once a request. */
  function sound(problem: unknown): void {
    const wasBroken = isBroken;
    isBroken = problem !== null;
    if (isBroken && !wasBroken) log.error({ err: problem }, 'usage cannot be recorded; organizations are refused');
    if (!isBroken && wasBroken) log.info('usage is recorded again');
  }

  async function write(): Promise<void> {
    while (batch) {
      const { records, written } = batch;
      batch = null;
      try {
        spool.append(encodeRecords(records));
        if (waitsForDisk) await spool.sync();
        metrics.records.inc({ result: 'written' }, records.length);
        sound(null);
        written.resolve();
        onWritten();
      } catch (error) {
        metrics.records.inc({ result: 'failed' }, records.length);
        sound(error);
        written.reject(refusal(error));
      }
    }
    isWriting = false;
  }

  const record: RecordUsage = (caller, { task, model, cached, count, callId = null }) => {
    if (caller.kind !== 'organization' || cached) return nothing;
    const { organizationId, apiKeyId } = caller;
    batch ??= { records: [], written: Promise.withResolvers<void>() };
    const at = new Date(now()).toISOString();
    batch.records.push({
      id: randomUUIDv7(),
      organizationId,
      apiKeyId,
      task,
      model,
      count: Math.min(count, countMax),
      at,
      callId,
    });
    const { promise } = batch.written;
    if (!isWriting) {
      isWriting = true;
      // After everything else that this turn of the event loop answers.
      setImmediate(() => void write());
    }
    return promise;
  };

  return {
    record,
    /** Throws SERVICE_UNAVAILABLE where a call could not be written down: better now than after its work. */
    requireRoom(): void {
      if (!spool.isFull) return;
      sound(new Error('The spool is full: the server has not taken usage for too long.'));
      throw refusal();
    },
  };
}
