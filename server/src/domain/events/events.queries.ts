import { eventFilterSql } from './event-filter.ts';

/*
 * The hot paths of the feed. Prisma would write events one insert at a time (7 times slower than one statement over
 * JSON), cannot take numbers and insert in the same statement, and reads a page at half the speed.
 */

/**
 * Takes the next `$2` numbers of the feed of `$1`, inserts the events of the JSON array `$3` under them, and writes the
 * signal. The updated feed row stays locked until the commit: that is what makes the numbers gapless and in commit order.
 */
export const appendEventsSql = {
  name: 'append-events',
  text: `with feed as (
      update "OrganizationFeed" set "lastSeq" = "lastSeq" + $2::int where "organizationId" = $1 returning "lastSeq"
    ), added as (
      insert into "Event" ("id", "organizationId", "seq", "type", "sourceId", "sessionId", "frameIndex", "trackNumber",
        "label", "confidence", "boxX", "boxY", "boxWidth", "boxHeight", "occurredAt", "recordedAt", "snapshotId", "requestId")
      select r."id", $1, feed."lastSeq" - $2::int + r."position", r."type"::"EventType", r."sourceId", r."sessionId",
        r."frameIndex", r."trackNumber", r."label", r."confidence", r."boxX", r."boxY", r."boxWidth", r."boxHeight",
        r."occurredAt", $4, r."snapshotId", r."requestId"
      from feed, json_to_recordset($3::json) as r("id" uuid, "position" int, "type" text, "sourceId" uuid,
        "sessionId" uuid, "frameIndex" int, "trackNumber" int, "label" text, "confidence" float8, "boxX" float8,
        "boxY" float8, "boxWidth" float8, "boxHeight" float8, "occurredAt" timestamptz, "snapshotId" uuid, "requestId" text)
    ), told as (
      insert into "OutboxMessage" ("id", "topic", "payload")
      select $5, 'feed.grown', jsonb_build_object('organizationId', $1::uuid, 'lastSeq', feed."lastSeq"::text) from feed
    )
    select "lastSeq" from feed`,
};

/**
 * The feed's bounds and its events after `$2` up to `$3` that pass the filter `$4`…`$8`, at most `$9`. One statement is
 * one snapshot: were the bounds read apart from the events, retention could remove some in between, unnoticed.
 */
export const readFeedSql = {
  name: 'read-feed',
  text: `select f."firstSeq" as "feedFirstSeq", f."lastSeq" as "feedLastSeq", e.*
    from "OrganizationFeed" f left join lateral (
      select * from "Event" e
      where e."organizationId" = f."organizationId" and e."seq" > $2 and ($3::int8 is null or e."seq" <= $3::int8)
        and ${eventFilterSql(4)}
      order by e."seq" limit $9
    ) e on true
    where f."organizationId" = $1 order by e."seq"`,
};

/** The newest number of each of these organizations' feeds. */
export const lastSeqsSql = {
  name: 'last-seqs',
  text: `select "organizationId", "lastSeq" from "OrganizationFeed" where "organizationId" = any($1::uuid[])`,
};
