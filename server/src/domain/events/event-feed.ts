import type { Event } from '@sightline/db/client';
import type { Logger } from 'pino';
import type { SignalReader } from '../outbox/signal-reader.ts';
import { matchesFilter } from './event-filter.ts';
import type { EventFilter } from './event-filter.ts';
import { CursorInvalidError } from './events.errors.ts';
import type { FeedReader } from './feed-reader.ts';
import { openLiveTail } from './live-tail.ts';
import type { LiveTail } from './live-tail.ts';
import { createTailPool } from './tail-pool.ts';

export type EventFeed = ReturnType<typeof createEventFeed>;
type Deps = { reader: FeedReader; signals: SignalReader; log: Pick<Logger, 'warn'>; pollMs?: number };

/** Events that retention removed before they were read; both numbers inclusive. */
export type Gap = { kind: 'gap'; fromSeq: bigint; toSeq: bigint };
export type FeedItem = { kind: 'event'; event: Event } | Gap;

export type ReadRequest = {
  organizationId: string;
  /** The last number the reader has; null for new events only. */
  after: bigint | null;
  filter: EventFilter;
  /** Ends the reading, also while it waits. */
  signal: AbortSignal;
};

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

  async function* items(tail: LiveTail, start: bigint, { organizationId, filter, signal }: ReadRequest) {
    const matches = matchesFilter(filter);
    let cursor = start;
    while (!signal.aborted) {
      if (cursor >= tail.position) {
        await growth(tail, cursor, signal);
        continue;
      }
      // Taken now: both move on while the reader is busy with what is yielded.
      const upTo = tail.position;
      const live = tail.ring.after(cursor, livePageSize);
      if (live) {
        for (const event of live) {
          if (signal.aborted) return;
          if (matches(event)) yield { kind: 'event', event } as const;
        }
        cursor = lastOfFull(live, livePageSize) ?? upTo;
        continue;
      }
      const page = await reader.page({ organizationId, after: cursor, upTo, filter, limit: replayPageSize });
      if (!page) return;
      if (page.firstSeq > cursor + 1n) {
        yield { kind: 'gap', fromSeq: cursor + 1n, toSeq: page.firstSeq - 1n } as const;
        cursor = page.firstSeq - 1n;
      }
      for (const event of page.events) {
        if (signal.aborted) return;
        yield { kind: 'event', event } as const;
      }
      const reached = lastOfFull(page.events, replayPageSize) ?? upTo;
      if (reached > cursor) cursor = reached;
    }
  }

  return {
    /**
     * Every event after `after` that passes the filter, in order, once, until `signal` aborts; a `Gap` where history was lost.
     * From the moment this resolves no event is missed. A slow reader costs no memory: it is served from PostgreSQL.
     * Throws CURSOR_INVALID. Read the result or abort: it holds a place at the tail until then.
     */
    async read(request: ReadRequest): Promise<AsyncGenerator<FeedItem, void, undefined>> {
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
      return releasing(items(lease.tail, after ?? lease.tail.position, request), lease.release);
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

/** Where a full page ends; undefined for a page with room left, after which nothing is missing. */
function lastOfFull(events: readonly Event[], size: number): bigint | undefined {
  return events.length === size ? events.at(-1)?.seq : undefined;
}

/** Waits until the tail is past `cursor`, or `signal` aborts. */
async function growth(tail: LiveTail, cursor: bigint, signal: AbortSignal): Promise<void> {
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
}

async function* releasing<T>(items: AsyncGenerator<T, void, undefined>, release: () => void) {
  try {
    yield* items;
  } finally {
    release();
  }
}
