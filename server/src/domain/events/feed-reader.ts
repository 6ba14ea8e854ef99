import type { Event } from '@sightline/db/client';
import type { Sql } from '../../transaction.ts';
import { filterValues } from './event-filter.ts';
import type { EventFilter } from './event-filter.ts';
import { lastSeqsSql, readFeedSql } from './events.queries.ts';

export type FeedReader = ReturnType<typeof createFeedReader>;
type Deps = { pool: Sql };

export type FeedPageRequest = {
  /** Events after this number. */
  after: bigint;
  /** Up to and including this number; null for as far as there is. */
  upTo: bigint | null;
  filter: EventFilter;
  limit: number;
};

/** A page of a feed and, of the same moment, the feed's bounds. */
export type FeedPage = { firstSeq: bigint; lastSeq: bigint; events: Event[] };

type Row = Omit<Event, 'seq'> & { seq: string | null; feedFirstSeq: string; feedLastSeq: string };

/** Reads feeds in ascending order. The caller has decided who may see the organization. */
export function createFeedReader({ pool }: Deps) {
  return {
    /** Null when there is no such feed. */
    async page(organizationId: string, { after, upTo, filter, limit }: FeedPageRequest): Promise<FeedPage | null> {
      const values = [organizationId, after, upTo, ...filterValues(filter), limit];
      const { rows } = await pool.query<Row>({ ...readFeedSql, values });
      const first = rows[0];
      if (!first) return null;
      const events = first.seq === null ? [] : rows.map(asEvent);
      return { firstSeq: BigInt(first.feedFirstSeq), lastSeq: BigInt(first.feedLastSeq), events };
    },

    /** The newest number of each feed; organizations without one are left out. */
    async lastSeqs(organizationIds: string[]): Promise<Map<string, bigint>> {
      const { rows } = await pool.query<{ organizationId: string; lastSeq: string }>({
        ...lastSeqsSql,
        values: [organizationIds],
      });
      return new Map(rows.map(({ organizationId, lastSeq }) => [organizationId, BigInt(lastSeq)]));
    },
  };
}

function asEvent({ feedFirstSeq: _first, feedLastSeq: _last, ...event }: Row): Event {
  return { ...event, seq: BigInt(event.seq ?? 0) };
}
