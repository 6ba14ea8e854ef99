import type { Event } from '@sightline/db/client';
import { withOrganization } from '../../tenancy.ts';
import type { Sql } from '../../transaction.ts';
import { lastSeqsSql, readFeedSql } from './events.queries.ts';
import type { FeedRange } from './events.queries.ts';

export type FeedReader = ReturnType<typeof createFeedReader>;
type Deps = {
  /** For pages of one organization. */
  pool: Sql;
  /** For the numbers of all that are followed. */
  system: Sql;
};

/** A page of a feed and, of the same moment, the feed's bounds. */
export type FeedPage = { firstSeq: bigint; lastSeq: bigint; events: Event[] };

type Row = Omit<Event, 'seq'> & { seq: string | null; feedFirstSeq: string; feedLastSeq: string };

/** Reads feeds in ascending order. The caller has decided who may see the organization. */
export function createFeedReader({ pool, system }: Deps) {
  return {
    /** Null when there is no such feed. */
    async page(range: FeedRange): Promise<FeedPage | null> {
      // A tail is read for everybody who follows it, whoever was at work when there was more of it.
      const read = async () => pool.query<Row>(readFeedSql(range));
      const { rows } = await withOrganization(range.organizationId, read);
      const first = rows[0];
      if (!first) return null;
      const events = first.seq === null ? [] : rows.map(asEvent);
      return { firstSeq: BigInt(first.feedFirstSeq), lastSeq: BigInt(first.feedLastSeq), events };
    },

    /** The newest number of each feed; organizations without one are left out. */
    async lastSeqs(organizationIds: string[]): Promise<Map<string, bigint>> {
      const { rows } = await system.query<{ organizationId: string; lastSeq: string }>({
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
