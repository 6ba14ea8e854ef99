import type { Logger } from 'pino';
import type { Signals } from '../outbox/signals.ts';
import type { SignalReader } from '../outbox/signal-reader.ts';
import { eventsOfHint } from './event-hint.ts';
import { createEventRing } from './event-ring.ts';
import type { FeedReader } from './feed-reader.ts';

export type LiveTail = NonNullable<Awaited<ReturnType<typeof openLiveTail>>>;

type Deps = { reader: FeedReader; signals: SignalReader; log: Pick<Logger, 'warn'> };

const ringSize = 1_024;
const pageSize = 500;
/** Signals that are kept while the table is read; with more, it is read once more. */
const heardMost = 256;

/**
 * The growing end of one organization's feed: one reader of the database for any number of subscribers.
 * From the moment this resolves, no event after `position` is missed. Null when there is no such feed.
 */
export async function openLiveTail({ reader, signals, log }: Deps, organizationId: string) {
  const listeners = new Set<() => void>();
  let position = -1n;
  let isStale = false;
  let isClosed = false;
  let reading: Promise<void> | null = null;
  /** What was told while the table was read: it goes on from there, or every read would find that it has to read again. */
  let heard: Signals['feed.grown'][] = [];

  // Listen before looking: an event between the two is then told of, instead of lost.
  const unsubscribe = await signals.on('feed.grown', organizationId, hear);
  const start = await reader.lastSeqs([organizationId]).then(
    (bounds) => bounds.get(organizationId),
    async (error: unknown) => {
      await unsubscribe();
      throw error;
    },
  );
  if (start === undefined) {
    await unsubscribe();
    return null;
  }
  position = start;
  const ring = createEventRing(ringSize, start);
  if (isStale) reading = readAll();

  function hear(signal: Signals['feed.grown']): void {
    if (reading && signal.hint && heard.length < heardMost) heard.push(signal);
    else if (!takeHint(signal)) grownTo(BigInt(signal.lastSeq));
  }

  /** Saves reading what the signal brought along, unless something is being read. */
  function takeHint(signal: Signals['feed.grown']): boolean {
    if (isClosed || position < 0n || reading) return false;
    const events = eventsOfHint(signal, position);
    if (!events) return false;
    ring.push(events);
    position = BigInt(signal.lastSeq);
    for (const listener of [...listeners]) listener();
    return true;
  }

  function grownTo(lastSeq: bigint): void {
    if (isClosed || lastSeq <= position) return;
    isStale = true;
    if (position >= 0n) reading ??= readAll();
  }

  async function readAll(): Promise<void> {
    try {
      while (isStale && !isClosed) {
        isStale = false;
        while (await readPage());
      }
    } catch (error) {
      log.warn({ err: error, organizationId }, 'feed could not be read, trying again at the next poll');
    } finally {
      reading = null;
      const told = heard;
      heard = [];
      told.forEach(hear);
    }
  }

  /** True when there may be more. */
  async function readPage(): Promise<boolean> {
    const page = await reader.page({ organizationId, after: position, upTo: null, filter: {}, limit: pageSize });
    if (!page || isClosed) return false;
    if (page.firstSeq > position + 1n) ring.reset(page.firstSeq - 1n);
    ring.push(page.events);
    const isFull = page.events.length === pageSize;
    position = isFull ? (page.events.at(-1)?.seq ?? page.lastSeq) : page.lastSeq;
    for (const listener of [...listeners]) listener();
    return isFull;
  }

  return {
    organizationId,
    ring,
    /** The newest number the ring has seen. */
    get position() {
      return position;
    },
    grownTo,
    /** Calls `listener` after each growth, until the result is called. */
    listen(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close(): Promise<void> {
      isClosed = true;
      listeners.clear();
      await unsubscribe();
      await reading;
    },
  };
}
