import type { Event } from '@sightline/db/client';
import type { Logger } from 'pino';
import { Progress, progressEvery, progressMs } from '../../shared-source.ts';
import type { Company, Shareable, SharedItem, SharedSource } from '../../shared-source.ts';
import type { SignalReader } from '../outbox/signal-reader.ts';
import { matchesFilter } from './event-filter.ts';
import type { EventFilter } from './event-filter.ts';
import type { ReadEvent } from './event-page.queries.ts';
import { CursorInvalidError } from './events.errors.ts';
import type { FeedReader } from './feed-reader.ts';
import { openLiveTail } from './live-tail.ts';
import type { LiveTail } from './live-tail.ts';
import { createTailPool } from './tail-pool.ts';

export type EventFeed = ReturnType<typeof createEventFeed>;
type Deps = { reader: FeedReader; signals: SignalReader; log: Pick<Logger, 'warn'>; pollMs?: number };

/** Events that retention removed before they were read; both numbers inclusive. */
export type Gap = { kind: 'gap'; fromSeq: bigint; toSeq: bigint };
/** Nothing came up to this number, inclusive. */
export type FeedProgress = { kind: 'progress'; seq: bigint };
export type FeedItem = { kind: 'event'; event: ReadEvent } | Gap | FeedProgress;

/** `shareAs` lets readers with the same key be served together; the key says what they may see. */
export type FeedReading = AsyncGenerator<FeedItem | Progress, void, undefined> & { shareAs(key: string): Shareable };

export type ReadRequest = {
  organizationId: string;
  /** The last number the reader has; null for new events only. */
  after: bigint | null;
  filter: EventFilter;
  /** Whether progress is an item, as an event is; by default it is told beside them. */
  tellsProgress?: boolean;
  /** Adds to events, a page at a time, what the reader needs along with them. */
  complete?: (events: readonly Event[]) => Promise<readonly ReadEvent[]>;
  /** Ends the reading, also while it waits. */
  signal: AbortSignal;
};

/** Events after a cursor, and the number up to which nothing is missing then. */
type Page = { gap: Gap | null; events: readonly Event[]; reached: bigint };

const replayPageSize = 500;
const livePageSize = 128;

/** Replays feeds from PostgreSQL and goes on live, with no seam between. */
export function createEventFeed({ reader, signals, log, pollMs = 1_000 }: Deps) {
  const tails = createTailPool({ open: (id) => openLiveTail({ reader, signals, log }, id), reader, log, pollMs });

  async function requireReached(organizationId: string, tail: LiveTail, after: bigint): Promise<void> {
    if (after <= tail.position) return;
    // The tail may be a moment behind an event the reader got from another server.
    const bounds = await reader.lastSeqs([organizationId]);
    if (after > (bounds.get(organizationId) ?? 0n)) throw new CursorInvalidError(String(after));
  }

  /** What comes after `cursor`, not beyond `upTo`. Null when there is no such feed any more. */
  async function itemsAfter(tail: LiveTail, cursor: bigint, upTo: bigint, request: ReadRequest) {
    const matches = matchesFilter(request.filter);
    const page = livePage(tail, cursor, upTo, matches) ?? (await replayPage(cursor, upTo, request));
    if (!page) return null;
    const { complete } = request;
    const events = complete && page.events.length > 0 ? await complete(page.events) : page.events;
    const items: FeedItem[] = page.gap ? [page.gap] : [];
    for (const event of events) items.push({ kind: 'event', event });
    return { items, reached: page.reached };
  }

  async function* follow(
    tail: LiveTail,
    start: bigint,
    request: ReadRequest,
    company: () => Company | null,
  ): AsyncGenerator<FeedItem | Progress, void, undefined> {
    const { signal } = request;
    let cursor = start;
    let told = start;
    let toldAt = -Infinity;
    while (!signal.aborted) {
      const together = company();
      const upTo = together?.position ?? tail.position;
      if (cursor >= upTo) {
        const reached = together ? await together.join(cursor, signal) : await growth(tail, cursor, signal);
        if (reached === null) return;
        cursor = reached;
        continue;
      }
      const page = await itemsAfter(tail, cursor, upTo, request);
      if (!page) return;
      for (const item of page.items) {
        if (signal.aborted) return;
        yield item;
        told = seqOf(item);
      }
      cursor = page.reached;
      if (cursor - told < progressEvery || performance.now() - toldAt < progressMs) continue;
      told = cursor;
      toldAt = performance.now();
      yield request.tellsProgress ? { kind: 'progress', seq: cursor } : new Progress(String(cursor));
    }
  }

  function sharedSource(tail: LiveTail, key: string, request: ReadRequest): SharedSource {
    return {
      key,
      get position() {
        return tail.position;
      },
      listen: tail.listen,
      async page(after) {
        const page = await itemsAfter(tail, after, tail.position, request);
        return page && { items: page.items.map(numbered), reached: page.reached };
      },
      progressAt: (seq): FeedProgress | null => (request.tellsProgress ? { kind: 'progress', seq } : null),
    };
  }

  /** Null when there is no such feed any more. */
  async function replayPage(
    cursor: bigint,
    upTo: bigint,
    { organizationId, filter }: ReadRequest,
  ): Promise<Page | null> {
    const page = await reader.page({ organizationId, after: cursor, upTo, filter, limit: replayPageSize });
    if (!page) return null;
    const { events, firstSeq } = page;
    const hasGap = firstSeq > cursor + 1n;
    const reached = lastOfFull(events, replayPageSize) ?? upTo;
    return {
      gap: hasGap ? { kind: 'gap', fromSeq: cursor + 1n, toSeq: firstSeq - 1n } : null,
      events,
      // Retention may have moved past the tail's position, of all numbers the reader waits for.
      reached: hasGap && firstSeq - 1n > reached ? firstSeq - 1n : reached,
    };
  }

  return {
    /**
     * Every event after `after` that passes the filter, in order, once, until `signal` aborts; a `Gap` where history was lost.
     * Where the filter passes nothing for long, progress says how far it is, at most once a second.
     * From the moment this resolves no event is missed. A slow reader costs no memory: it is served from PostgreSQL.
     * Throws CURSOR_INVALID. Read the result or abort: it holds a place at the tail until then.
     */
    async read(request: ReadRequest): Promise<FeedReading> {
      const { organizationId, after, signal } = request;
      const lease = await tails.lease(organizationId);
      signal.addEventListener('abort', lease.release, { once: true });
      try {
        signal.throwIfAborted();
        if (after !== null) await requireReached(organizationId, lease.tail, after);
      } catch (error) {
        lease.release();
        throw error;
      }
      let company: Company | null = null;
      const items = follow(lease.tail, after ?? lease.tail.position, request, () => company);
      return Object.assign(releasing(items, lease.release), {
        shareAs: (key: string) => ({
          source: sharedSource(lease.tail, key, request),
          follow: (together: Company) => void (company = together),
        }),
      });
    },

    /** Feeds being followed in this process. */
    get tailCount() {
      return tails.size;
    },

    async [Symbol.asyncDispose]() {
      await tails.close();
    },
  };
}

/** Null when the ring does not reach back to the cursor. */
function livePage({ ring }: LiveTail, cursor: bigint, upTo: bigint, matches: (event: Event) => boolean): Page | null {
  const known = ring.after(cursor, livePageSize);
  if (!known) return null;
  const events = known.filter(({ seq }) => seq <= upTo);
  return { gap: null, events: events.filter(matches), reached: lastOfFull(events, livePageSize) ?? upTo };
}

/** Where an item stands in the feed: whoever has it goes on after this number. */
export function seqOf(item: FeedItem): bigint {
  if (item.kind === 'event') return item.event.seq;
  return item.kind === 'gap' ? item.toSeq : item.seq;
}

const numbered = (item: FeedItem): SharedItem => ({ seq: seqOf(item), item });

/** Where a full page ends; undefined for a page with room left, after which nothing is missing. */
function lastOfFull(events: readonly Event[], size: number): bigint | undefined {
  return events.length === size ? events.at(-1)?.seq : undefined;
}

/** Waits until the tail is past `cursor`, or `signal` aborts; the reader is where it was. */
async function growth(tail: LiveTail, cursor: bigint, signal: AbortSignal): Promise<bigint> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const check = () => {
    if (signal.aborted || tail.position > cursor) resolve();
  };
  const stopListening = tail.listen(check);
  signal.addEventListener('abort', check);
  check();
  await promise;
  stopListening();
  signal.removeEventListener('abort', check);
  return cursor;
}

async function* releasing<T>(items: AsyncGenerator<T, void, undefined>, release: () => void) {
  try {
    yield* items;
  } finally {
    release();
  }
}
