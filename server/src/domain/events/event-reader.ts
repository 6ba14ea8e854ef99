import type { Artifact, Event, Session, Source } from '@sightline/db/client';
import { createRowLoader } from '../../row-loader.ts';
import type { Sql } from '../../transaction.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { EventFilter } from './event-filter.ts';
import { blockStart } from './event-blocks.ts';
import { eventPageSql, isEvent, readEventPage } from './event-page.queries.ts';
import type { ReadEvent, ReferenceName } from './event-page.queries.ts';
import { firstSeqSql } from './events.queries.ts';
import type { SeqGap } from './feed-cursor.ts';
import { eventsVisibleTo, isEventVisible } from './events.policy.ts';
import { eventSums } from './statistics/sums.ts';
import type { EventSum, EventSumsRequest } from './statistics/sums.ts';

export type EventReader = ReturnType<typeof createEventReader>;
type Deps = {
  pool: Sql;
  /** How long a page is searched for before it is given as it is, and how many blocks first; a step ends what it began. */
  searchMs?: number;
  blocksAtFirst?: number;
};

export type EventPageRequest = {
  filter: EventFilter;
  after: bigint | null;
  before: bigint | null;
  /** From the start of the range, or from its end. */
  from: 'start' | 'end';
  size: number;
  /** What to read along; everything else is read when it is asked for. */
  include: readonly ReferenceName[];
};

export type StatisticsRequest = Omit<EventSumsRequest, 'organizationId' | 'sourceIds'> & {
  sourceIds?: readonly string[] | null | undefined;
};

/**
 * In feed order. `hasMore`: the range has events beyond the page, at the side away from `from`, or may have some, where
 * `goOnFrom` is not null: then the search ended before the page was full, and goes on from there.
 */
export type EventPage = { events: ReadEvent[]; hasMore: boolean; goOnFrom: bigint | null };

/** A search that meets nothing takes larger steps: statements cost, too. */
const quickStepMs = 10;

/** Reads events, and what they point to, for people who ask for pages. */
export function createEventReader({ pool, searchMs = 60, blocksAtFirst = 16 }: Deps) {
  const sources = createRowLoader<Source>(pool, 'Source');
  const sessions = createRowLoader<Session>(pool, 'Session');
  const artifacts = createRowLoader<Artifact>(pool, 'Artifact');
  const eventRows = createRowLoader<Row>(pool, 'Event');

  // What an event points to belongs to the event's organization, or does not exist.
  const reference = {
    source: ({ source, sourceId: id, organizationId }: ReadEvent) =>
      source === undefined ? sources.load({ id, organizationId }) : source,
    session: ({ session, sessionId: id, organizationId }: ReadEvent) =>
      session === undefined ? sessions.load({ id, organizationId }) : session,
    snapshot({ snapshot, snapshotId: id, organizationId }: ReadEvent) {
      if (snapshot !== undefined || id === null) return snapshot ?? null;
      return artifacts.load({ id, organizationId });
    },
  };

  return {
    async page(viewer: Viewer, request: EventPageRequest): Promise<EventPage> {
      const { from, size, include } = request;
      const { organizationId, filter } = eventsVisibleTo(viewer, request.filter);
      const backwards = from === 'end';
      let { after, before } = request;
      let blocks = blocksAtFirst;
      const found: unknown[][] = [];
      const began = performance.now();
      for (;;) {
        const stepBegan = performance.now();
        // One more than asked tells whether there are more.
        const limit = size + 1 - found.length;
        const range = { organizationId, after, before, filter, backwards, limit, include, blocks };
        const { rows } = await pool.query<unknown[]>(eventPageSql(range));
        found.push(...rows.filter(isEvent));
        const next = rows[0]?.at(-1) as string | null;
        const isFull = found.length > size;
        const isOver = isFull || next === null;
        const now = performance.now();
        if (!isOver) {
          // On to the blocks that nobody looked into.
          if (backwards) before = blockStart(BigInt(next) + 1n);
          else after = blockStart(BigInt(next)) - 1n;
          if (now - stepBegan < quickStepMs) blocks *= 4;
          if (now - began < searchMs) continue;
        }
        const read = readEventPage(found.slice(0, size), include);
        const goOnFrom = isOver ? null : backwards ? before : after;
        return { events: backwards ? read.reverse() : read, hasMore: isFull || !isOver, goOnFrom };
      }
    },

    /**
     * What lies after `after` and is not kept any more; null when nothing is missing. Asked after a page was read, it names
     * at least what that page could not have; what is on the page, from `firstRead` on, is not missing.
     */
    async gap(organizationId: string, after: bigint, firstRead?: bigint): Promise<SeqGap | null> {
      const { rows } = await pool.query<{ firstSeq: string }>({ ...firstSeqSql, values: [organizationId] });
      const firstKept = BigInt(rows[0]?.firstSeq ?? 0);
      const end = firstRead !== undefined && firstRead < firstKept ? firstRead : firstKept;
      return end > after + 1n ? { fromSeq: after + 1n, toSeq: end - 1n } : null;
    },

    /** How many there were in each bucket of time, of the sources the viewer may read. Throws INPUT_INVALID. */
    statistics(viewer: Viewer, { sourceIds: asked, ...request }: StatisticsRequest): Promise<EventSum[]> {
      const { organizationId, filter } = eventsVisibleTo(viewer, { sourceIds: asked });
      return eventSums(pool, { ...request, organizationId, sourceIds: filter.sourceIds ?? null });
    },

    async find(viewer: Viewer, id: string): Promise<Event | null> {
      const row = await eventRows.load({ id, organizationId: viewer.organizationId });
      return row && isEventVisible(viewer, row) ? asEvent(row) : null;
    },

    /**
     * Reads what these events point to, one statement for each kind, shared with everybody who asks in the same moment.
     * Events told to a subscriber one by one would otherwise each cost as many.
     */
    complete(events: readonly Event[], include: readonly ReferenceName[]): Promise<ReadEvent[]> {
      return Promise.all(
        events.map(async (event): Promise<ReadEvent> => {
          const read = await Promise.all(include.map(async (name) => [name, await reference[name](event)] as const));
          return { ...event, ...Object.fromEntries(read) };
        }),
      );
    },

    ...reference,
  };
}

type Row = Omit<Event, 'seq'> & { seq: string };

const asEvent = (row: Row): Event => ({ ...row, seq: BigInt(row.seq) });
