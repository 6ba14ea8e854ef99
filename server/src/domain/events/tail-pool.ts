import type { Logger } from 'pino';
import { NotFoundError } from '../../errors/request-errors.ts';
import type { FeedReader } from './feed-reader.ts';
import type { LiveTail } from './live-tail.ts';

type Deps = {
  open: (organizationId: string) => Promise<LiveTail | null>;
  reader: Pick<FeedReader, 'lastSeqs'>;
  log: Pick<Logger, 'warn'>;
  pollMs: number;
};

export type TailLease = {
  tail: LiveTail;
  /** Gives the tail back; a second call changes nothing. */
  release: () => void;
};

type Entry = { opening: Promise<LiveTail | null>; tail: LiveTail | null; leases: number };

/** One tail per organization that somebody follows, and one poll for all of them, for signals the bus has lost. */
export function createTailPool({ open, reader, log, pollMs }: Deps) {
  const entries = new Map<string, Entry>();
  const closing = new Set<Promise<void>>();
  let poll: NodeJS.Timeout | undefined;
  let isPolling = false;

  async function lookAtAll(): Promise<void> {
    if (isPolling) return;
    isPolling = true;
    try {
      const lastSeqs = await reader.lastSeqs([...entries.keys()]);
      for (const [organizationId, lastSeq] of lastSeqs) entries.get(organizationId)?.tail?.grownTo(lastSeq);
    } catch (error) {
      log.warn({ err: error }, 'feeds could not be polled');
    } finally {
      isPolling = false;
    }
  }

  function enter(organizationId: string): Entry {
    const known = entries.get(organizationId);
    if (known) return known;
    const opening = open(organizationId);
    const entry: Entry = { opening, tail: null, leases: 0 };
    entries.set(organizationId, entry);
    poll ??= setInterval(() => void lookAtAll(), pollMs);
    return entry;
  }

  function leave(organizationId: string, entry: Entry): void {
    entry.leases -= 1;
    if (entry.leases > 0) return;
    if (entries.get(organizationId) === entry) entries.delete(organizationId);
    if (entries.size === 0) {
      clearInterval(poll);
      poll = undefined;
    }
    const closed = (entry.tail?.close() ?? Promise.resolve())
      .catch((error: unknown) => log.warn({ err: error, organizationId }, 'feed tail did not close cleanly'))
      .finally(() => closing.delete(closed));
    closing.add(closed);
  }

  return {
    get size() {
      return entries.size;
    },

    /** Throws NOT_FOUND for an organization without a feed. */
    async lease(organizationId: string): Promise<TailLease> {
      const entry = enter(organizationId);
      entry.leases += 1;
      let isHeld = true;
      const release = () => {
        if (isHeld) leave(organizationId, entry);
        isHeld = false;
      };
      try {
        const tail = await entry.opening;
        if (!tail) throw new NotFoundError('Feed', organizationId);
        entry.tail = tail;
        return { tail, release };
      } catch (error) {
        release();
        throw error;
      }
    },

    /** Stops polling and closes every tail. Readers must have been aborted before. */
    async close(): Promise<void> {
      clearInterval(poll);
      await Promise.all([...entries.values()].map(({ tail }) => tail?.close()));
      await Promise.all(closing);
    },
  };
}
