import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { DeliverSpec, RunMessage } from '../contract.ts';
import type { Logger } from '../logger.ts';
import { encodeMessage, runContentType } from './encode-message.ts';

type Deps = {
  deliver: DeliverSpec;
  requestId: string;
  fetch: typeof globalThis.fetch;
  /** Ends with the run: what is not confirmed by then is read again by whoever runs the session next. */
  signal: AbortSignal;
  log: Pick<Logger, 'warn' | 'info'>;
  /** Longest time without an answer that helps, in milliseconds. */
  patienceMs?: number;
  /** Before the first time that a batch is sent again; each further one takes twice as long, up to 2 s. */
  retryMs?: number;
};

export type Delivery = {
  /** Resolves when the reader may go on. Throws why nothing can be delivered any more. */
  add(message: RunMessage): Promise<void>;
  /** Resolves when everything is recorded. Throws the same. */
  flush(): Promise<void>;
  /** Number of the newest batch that is recorded; 0 before the first. */
  readonly acceptedSeq: number;
  /** Whether something is not confirmed yet. */
  readonly isWaiting: boolean;
};

/** A batch is sent when the one before is confirmed, or full when it has this many messages or bytes. */
const batchMessagesMax = 32;
const batchBytesMax = 2 * 1024 * 1024;
/** Batches that are not confirmed, from which on the source is not read any further. */
const unconfirmedMax = 4;
const postTimeoutMs = 15_000;
const retryMsMax = 2_000;

const answerSchema = z.object({ acceptedSeq: z.int().min(1) });
const refusalSchema = z.object({ error: z.object({ code: z.string(), retryAfterMs: z.number().optional() }) });

/** The server understood, and will not take this batch whenever it is sent. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** Not now. */
class LaterError extends Error {
  override readonly name = 'LaterError';
  readonly retryAfterMs: number | null;
  /** The server is well, and says that it has enough to do. */
  readonly isBusy: boolean;
  constructor(message: string, { isBusy = false, retryAfterMs = null as number | null } = {}) {
    super(message);
    this.isBusy = isBusy;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Posts what a run says in batches, numbered from 1 and one after the other. A batch is sent again, byte for byte, until
 * the server confirms it: each is recorded once. While four wait, the source is not read any further.
 */
export function createDelivery({
  deliver,
  requestId,
  fetch,
  signal,
  log,
  patienceMs = 20_000,
  retryMs = 100,
}: Deps): Delivery {
  const unconfirmed: Buffer[][] = [];
  let filling: Buffer[] = [];
  let fillingBytes = 0;
  let acceptedSeq = 0;
  let failure: { error: unknown } | null = null;
  let sending: Promise<void> | null = null;
  let changed = Promise.withResolvers<void>();

  function tell(): void {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  }

  function seal(): void {
    if (filling.length > 0) unconfirmed.push(filling);
    [filling, fillingBytes] = [[], 0];
  }

  async function postOnce(seq: number, body: Uint8Array<ArrayBuffer>): Promise<void> {
    const response = await fetch(deliver.url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${deliver.token}`,
        'content-type': runContentType,
        'x-batch': `${deliver.attempt}.${seq}`,
        'x-request-id': requestId,
      },
      body,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(postTimeoutMs)]),
    });
    const text = await response.text();
    if (response.status === 200) {
      if (answerSchema.parse(JSON.parse(text)).acceptedSeq >= seq) return;
      throw new RefusedError(`The server confirmed another batch than ${seq}.`);
    }
    const told = `The server answered ${response.status} to batch ${seq}: ${text.slice(0, 500)}`;
    if (response.status < 500 && response.status !== 408 && response.status !== 429) throw new RefusedError(told);
    const { code, retryAfterMs = null } = refusalOf(text);
    throw new LaterError(told, { isBusy: code === 'INGEST_BUSY', retryAfterMs });
  }

  async function post(seq: number, body: Uint8Array<ArrayBuffer>): Promise<void> {
    let failedSince: number | null = null;
    for (let tries = 1; ; tries++) {
      try {
        await postOnce(seq, body);
        if (failedSince !== null) log.info({ seq, tries }, 'batches are recorded again');
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof RefusedError) throw error;
        const isBusy = error instanceof LaterError && error.isBusy;
        const now = performance.now();
        if (isBusy) failedSince = null;
        else if (failedSince === null) {
          failedSince = now;
          log.warn({ err: error, seq }, 'a batch could not be delivered, trying again');
        } else if (now - failedSince > patienceMs) throw error;
        const waitMs = Math.min(retryMsMax, retryMs * 2 ** Math.min(tries - 1, 10));
        const askedMs = error instanceof LaterError ? error.retryAfterMs : null;
        // Never in step with the other sessions.
        await delay((askedMs ?? waitMs) * (0.5 + Math.random()), undefined, { signal });
      }
    }
  }

  async function sendAll(): Promise<void> {
    try {
      for (;;) {
        if (unconfirmed.length === 0) seal();
        const [next] = unconfirmed;
        if (!next) return;
        await post(acceptedSeq + 1, Buffer.concat(next));
        unconfirmed.shift();
        acceptedSeq++;
        tell();
      }
    } catch (error) {
      failure = { error };
      tell();
    } finally {
      sending = null;
    }
  }

  async function waitWhile(isFull: () => boolean): Promise<void> {
    while (failure === null && isFull()) await changed.promise;
    if (failure) throw failure.error;
  }

  return {
    async add(message) {
      await waitWhile(() => unconfirmed.length >= unconfirmedMax);
      const bytes = encodeMessage(message);
      if (fillingBytes + bytes.byteLength > batchBytesMax) seal();
      filling.push(bytes);
      fillingBytes += bytes.byteLength;
      if (filling.length >= batchMessagesMax) seal();
      sending ??= sendAll();
      await waitWhile(() => unconfirmed.length >= unconfirmedMax);
    },
    flush: () => waitWhile(() => unconfirmed.length > 0 || filling.length > 0),
    get acceptedSeq() {
      return acceptedSeq;
    },
    get isWaiting() {
      return unconfirmed.length > 0;
    },
  };
}

function refusalOf(text: string): { code?: string; retryAfterMs?: number | undefined } {
  try {
    return refusalSchema.parse(JSON.parse(text)).error;
  } catch {
    return {};
  }
}

/**
 * Delivers a run, and says what is left to say in the answer: how far it is, for as long as there is progress or the server
 * is waited for, and how it ended, once all of it is recorded.
 */
export async function* delivered(
  messages: AsyncIterable<RunMessage>,
  delivery: Delivery,
  progressMs = 1_000,
): AsyncGenerator<RunMessage> {
  async function deliverAll(): Promise<RunMessage | null> {
    let last: RunMessage | null = null;
    for await (const message of messages) {
      if (message.type === 'ended' || message.type === 'failed') last = message;
      else await delivery.add(message);
    }
    await delivery.flush();
    return last;
  }

  const timers = new AbortController();
  const done = deliverAll().then((last) => ({ last }));
  done.catch(() => undefined);
  let toldSeq = 0;
  try {
    for (;;) {
      const pause = delay(progressMs, null, { signal: timers.signal });
      pause.catch(() => undefined);
      const end = await Promise.race([done, pause]);
      const { acceptedSeq } = delivery;
      if (acceptedSeq > toldSeq || (!end && delivery.isWaiting)) yield { type: 'progress', acceptedSeq };
      toldSeq = acceptedSeq;
      if (!end) continue;
      if (end.last) yield end.last;
      return;
    }
  } finally {
    timers.abort();
  }
}
