import { z } from 'zod';
import type { Logger } from '../logger.ts';
import { createAlarm } from './alarm.ts';
import type { Spool } from './spool.ts';
import type { UsageMetrics } from './usage-metrics.ts';
import { decodeRecords, encodeRecords } from './usage-record.ts';
import type { UsageRecord } from './usage-record.ts';

type Deps = {
  spool: Spool;
  serverUrl: string;
  serviceToken: string;
  fetch: typeof globalThis.fetch;
  metrics: UsageMetrics;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
};

export type Reporter = AsyncDisposable & {
  /** Says that something new waits. Costs nothing, and never throws. */
  wake(): void;
};

/** Calls that end together are reported together: the first after a quiet time waits this long for the others. */
const gatherMs = 5;
/** So many times as long as reporting took it rests: never more than a fifth of the time goes into it, here or there. */
const restFactor = 4;
/** So much of the rest may be put off: what comes now and then does not wait because the machine was busy for a moment. */
const putOffMs = 500;
/** The shortest rest. What comes while it rests is gathered, and waits for its end only. */
const restMinMs = 20;
/** The longest rest, and how often it looks where nobody wakes it. */
const intervalMs = 1_000;
const retryMs = 1_000;
const retryMsMax = 30_000;
const timeoutMs = 10_000;
/** At the end there is little time. */
const lastTimeoutMs = 1_000;
const batchSize = 1_000;
/** Looking for what other sidecars left is not urgent. */
const adoptEveryMs = 60_000;

const answerSchema = z.object({ recorded: z.int().min(0) });

/** The server understood, and will never take it. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

type Refused = { record: UsageRecord; error: RefusedError };

/**
 * Sends what is in the spool and removes what the server has confirmed. Between the two it may die and send again: the
 * server records each id once.
 */
export function startReporter({ spool, serverUrl, serviceToken, fetch, metrics, log }: Deps): Reporter {
  const stop = new AbortController();
  const alarm = createAlarm(stop.signal);
  let isOut = false;

  async function post(records: readonly UsageRecord[], signal: AbortSignal): Promise<void> {
    const response = await fetch(`${serverUrl}/internal/usage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${serviceToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ records }),
      signal,
      redirect: 'error',
    });
    const text = await response.text();
    if (response.status === 400) throw new RefusedError(text.slice(0, 1_000));
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    answerSchema.parse(JSON.parse(text));
  }

  /** Those that the server refuses, whatever is sent with them: what one caller caused must not cost the others. */
  async function postEach(records: readonly UsageRecord[], deadline: () => AbortSignal): Promise<Refused[]> {
    try {
      await post(records, deadline());
      return [];
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      const [only] = records;
      if (only && records.length === 1) return [{ record: only, error }];
      const half = Math.ceil(records.length / 2);
      const refused = await postEach(records.slice(0, half), deadline);
      return [...refused, ...(await postEach(records.slice(half), deadline))];
    }
  }

  async function send(name: string, deadline: () => AbortSignal): Promise<void> {
    const { records, tornCount } = decodeRecords(await spool.read(name));
    const refused: Refused[] = [];
    for (let first = 0; first < records.length; first += batchSize) {
      refused.push(...(await postEach(records.slice(first, first + batchSize), deadline)));
    }
    const [worst] = refused;
    if (worst) {
      const path = await spool.setAside(name, encodeRecords(refused.map(({ record }) => record)));
      const fields = { err: worst.error, path, refusedCount: refused.length };
      log.error(fields, 'the server refuses usage; it is kept beside the spool');
      metrics.records.inc({ result: 'refused' }, refused.length);
    }
    if (refused.length < records.length) metrics.records.inc({ result: 'sent' }, records.length - refused.length);
    if (tornCount > 0) {
      metrics.records.inc({ result: 'torn' }, tornCount);
      log.warn({ tornCount }, 'usage that was being written at a crash; its calls were not answered');
    }
    await spool.remove(name);
  }

  async function sendAll(): Promise<void> {
    // A new segment only when the old ones are gone: an outage must not leave a file for each second of it.
    if (spool.sealed().length === 0) spool.seal();
    for (const name of spool.sealed()) {
      await send(name, () => AbortSignal.any([stop.signal, AbortSignal.timeout(timeoutMs)]));
    }
  }

  /** What can still be sent in a moment. The rest is sent by whoever starts next. */
  async function sendLast(): Promise<void> {
    spool.seal();
    const signal = AbortSignal.timeout(lastTimeoutMs);
    for (const name of spool.sealed()) await send(name, () => signal);
  }

  async function report(): Promise<void> {
    let failureCount = 0;
    let [restMs, restedAt] = [0, 0];
    let adoptedAt = performance.now();
    while (!stop.signal.aborted) {
      if (failureCount > 0) await alarm.sleep(waitMs(failureCount));
      else {
        await alarm.sleep(restMs);
        if (spool.isEmpty) {
          await alarm.sleepUntilWoken(intervalMs);
          if (!spool.isEmpty) await alarm.sleep(gatherMs);
        }
      }
      if (stop.signal.aborted) return;
      const startedAt = performance.now();
      try {
        if (startedAt - adoptedAt >= adoptEveryMs) {
          adoptedAt = startedAt;
          spool.adopt();
        }
        await sendAll();
        if (isOut) log.info('usage is reported again');
        [isOut, failureCount] = [false, 0];
        const now = performance.now();
        const rested = Math.max(restedAt, startedAt) + (1 + restFactor) * (now - startedAt);
        restedAt = Math.min(rested, now + putOffMs + intervalMs);
        restMs = Math.max(restMinMs, restedAt - putOffMs - now);
      } catch (error) {
        if (stop.signal.aborted) return;
        failureCount++;
        if (!isOut) log.warn({ err: error }, 'usage cannot be reported; it is kept on disk');
        isOut = true;
      }
    }
  }

  const reporting = report();
  return {
    wake: alarm.wake,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await reporting;
      await sendLast().catch(() => undefined);
    },
  };
}

/** After failures twice as long each time, and never in step with other sidecars. */
function waitMs(failureCount: number): number {
  return Math.min(retryMsMax, retryMs * 2 ** Math.min(failureCount - 1, 10)) * (0.5 + Math.random() / 2);
}
