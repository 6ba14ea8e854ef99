import { join } from 'node:path';
import type { Registry } from 'prom-client';
import type { Caller } from '../http/callers.ts';
import type { Logger } from '../logger.ts';
import { createJournal } from './journal.ts';
import { startReporter } from './reporter.ts';
import { openSpool } from './spool.ts';
import { createUsageMetrics } from './usage-metrics.ts';

/** What was done for a caller, once its answer is known and before it leaves. */
export type UsedCall = {
  /** The model's task, such as `detection`. */
  task: string;
  /** The model's name. */
  model: string;
  /** It cost no run of the model: free. */
  cached: boolean;
  /** Pictures, texts or rows of the batch, at least 1. More than `countMax` count as that. */
  count: number;
  /** What its caller named it by, who may have it answered elsewhere as well. */
  callId?: string | null;
};

/**
 * Resolves once the call is written down, and only then may its answer leave: so no answer is ever unpaid. Call it once
 * for each call that succeeded; failed calls are free because nobody calls it. Resolves at once for what is not billed.
 * Throws SERVICE_UNAVAILABLE when it cannot be written down.
 */
export type RecordUsage = (caller: Caller, call: UsedCall) => Promise<void>;

export type Usage = AsyncDisposable & {
  record: RecordUsage;
  /** Throws SERVICE_UNAVAILABLE where a call could not be written down: better now than after its work. */
  requireRoom(): void;
};

type Deps = {
  dataDirectory: string;
  spoolBytesMax: number;
  /** Whether an answer waits for the disk itself, and not only for the system's memory of it. */
  waitsForDisk: boolean;
  serverUrl: string;
  serviceToken: string;
  fetch: typeof globalThis.fetch;
  now(): number;
  registry: Registry;
  log: Logger;
};

/** What a power cut may cost, unless answers wait for the disk. */
const flushMs = 1_000;
/** About four thousand calls. */
const segmentBytesMax = 1024 * 1024;

/** Where nobody is billed. */
export const noUsage: Usage = {
  record: () => Promise.resolve(),
  requireRoom() {},
  async [Symbol.asyncDispose]() {},
};

/**
 * Counts what organizations use: on disk before it is answered, then to the server, which records each call exactly
 * once, whoever of the two is killed when.
 */
export function startUsage({ dataDirectory, spoolBytesMax, waitsForDisk, registry, ...deps }: Deps): Usage {
  const metrics = createUsageMetrics(registry);
  const spool = openSpool({ directory: join(dataDirectory, 'usage'), bytesMax: spoolBytesMax, segmentBytesMax });
  metrics.spoolBytes(() => spool.heldBytes);
  const reporter = startReporter({ ...deps, spool, metrics });
  const { now, log } = deps;
  const journal = createJournal({ spool, waitsForDisk, metrics, now, log, onWritten: () => reporter.wake() });
  const flushing = setInterval(() => {
    spool.sync().catch((error: unknown) => deps.log.error({ err: error }, 'usage may not be on the disk itself'));
  }, flushMs);
  return {
    ...journal,
    async [Symbol.asyncDispose]() {
      clearInterval(flushing);
      await reporter[Symbol.asyncDispose]();
      await spool[Symbol.asyncDispose]();
    },
  };
}
