import type { Artifact, Event, Session, Source } from '@sightline/db/client';
import DataLoader from 'dataloader';
import type { Sql } from '../../transaction.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { EventFilter } from './event-filter.ts';
import { eventsVisibleTo } from './events.policy.ts';
import { listEventsSql, referencedSql } from './events.queries.ts';

export type EventReader = ReturnType<typeof createEventReader>;
type Deps = { pool: Sql };

export type EventPageRequest = {
  filter: EventFilter;
  after: bigint | null;
  before: bigint | null;
  /** From the start of the range, or from its end. */
  from: 'start' | 'end';
  size: number;
};

/** In feed order. `hasMore`: the range has events beyond the page, at the side away from `from`. */
export type EventPage = { events: Event[]; hasMore: boolean };

type Reference = { id: string; organizationId: string };

/** Reads events, and what they point to, for people who ask for pages. */
export function createEventReader({ pool }: Deps) {
  const sources = createLoader<Source>(pool, 'Source');
  const sessions = createLoader<Session>(pool, 'Session');
  const artifacts = createLoader<Artifact>(pool, 'Artifact');
  const events = createLoader<Row>(pool, 'Event');

  return {
    async page(viewer: Viewer, { filter, after, before, from, size }: EventPageRequest): Promise<EventPage> {
      const { organizationId } = eventsVisibleTo(viewer);
      const backwards = from === 'end';
      // One more than asked tells whether there are more.
      const range = { organizationId, after, before, filter, backwards, limit: size + 1 };
      const { rows } = await pool.query<Row>(listEventsSql(range));
      const page = rows.slice(0, size).map(asEvent);
      return { events: backwards ? page.reverse() : page, hasMore: rows.length > size };
    },

    async find(viewer: Viewer, id: string): Promise<Event | null> {
      const row = await events.load({ id, ...eventsVisibleTo(viewer) });
      return row && asEvent(row);
    },

    // What an event points to belongs to the event's organization, or does not exist.
    source: ({ sourceId: id, organizationId }: Event) => sources.load({ id, organizationId }),
    session: ({ sessionId: id, organizationId }: Event) => sessions.load({ id, organizationId }),
    snapshot: ({ snapshotId: id, organizationId }: Event) => (id ? artifacts.load({ id, organizationId }) : null),
  };
}

type Row = Omit<Event, 'seq'> & { seq: string };

const asEvent = (row: Row): Event => ({ ...row, seq: BigInt(row.seq) });

/**
 * One statement for all rows asked for in the same moment, whoever asks: a page costs one statement per table, and so
 * does one event told to a thousand subscribers. Nothing is kept, so nothing gets old.
 */
function createLoader<T extends Reference>(pool: Sql, table: Parameters<typeof referencedSql>[0]) {
  const keyOf = ({ id, organizationId }: Reference) => `${id} ${organizationId}`;
  return new DataLoader<Reference, T | null>(
    async (wanted) => {
      const unique = [...new Map(wanted.map((reference) => [keyOf(reference), reference])).values()];
      const values = [unique.map(({ id }) => id), unique.map(({ organizationId }) => organizationId)];
      const { rows } = await pool.query<T>({ ...referencedSql(table), values });
      const found = new Map(rows.map((row) => [keyOf(row), row]));
      return wanted.map((reference) => found.get(keyOf(reference)) ?? null);
    },
    { cache: false, maxBatchSize: 1_000 },
  );
}
