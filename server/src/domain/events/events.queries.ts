import { eventFilterSql, maxSeq, monthsSql } from './event-filter.ts';
import type { EventFilter } from './event-filter.ts';

/*
 * The hot paths of reading the feed: Prisma reads a page at half the speed.
 */

export type FeedRange = {
  organizationId: string;
  /** Events after this number. */
  after: bigint;
  /** Up to and including this number; null for as far as there is. */
  upTo: bigint | null;
  filter: EventFilter;
  limit: number;
};

/**
 * The feed's bounds and its events in the range. One statement is one snapshot: were the bounds read apart from the
 * events, retention could remove some in between, unnoticed.
 */
export function readFeedSql({ organizationId, after, upTo, filter, limit }: FeedRange) {
  const condition = eventFilterSql(filter, 5);
  return {
    ...(condition.name !== null && { name: `read-feed-${condition.name}` }),
    text: `select f."firstSeq" as "feedFirstSeq", f."lastSeq" as "feedLastSeq", e.*
      from "OrganizationFeed" f left join lateral (
        select * from "Event" e
        where e."organizationId" = f."organizationId" and e."seq" > $2 and e."seq" < $3
          and ${monthsSql('$2', '$3')} and ${condition.text}
        order by e."seq" limit $4
      ) e on true
      where f."organizationId" = $1 order by e."seq"`,
    values: [organizationId, after, upTo === null ? maxSeq : upTo + 1n, limit, ...condition.values],
  };
}

/** The newest number of each of these organizations' feeds. */
export const lastSeqsSql = {
  name: 'last-seqs',
  text: `select "organizationId", "lastSeq" from "OrganizationFeed" where "organizationId" = any($1::uuid[])`,
};

/** The oldest number that the feed of `$1` keeps. */
export const firstSeqSql = {
  name: 'first-seq',
  text: `select "firstSeq" from "OrganizationFeed" where "organizationId" = $1`,
};
