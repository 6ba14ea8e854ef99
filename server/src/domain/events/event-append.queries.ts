/*
 * The hot path of writing the feed. Prisma would write events one insert at a time (7 times slower than one statement over
 * JSON), and cannot take numbers and insert in the same statement.
 */

/**
 * Takes the next `$2` numbers of the feed of `$1`, inserts the events of the JSON array `$3` under them, and writes the
 * signal. The updated feed row stays locked until the commit: that is what makes the numbers gapless and in commit order.
 * Their month never goes back, whatever the clock of this server says: numbers and months grow together.
 */
export const appendEventsSql = {
  name: 'append-events',
  text: `with feed as (
      update "OrganizationFeed" set "lastSeq" = "lastSeq" + $2::int,
        "month" = greatest("month", date_trunc('month', $4::timestamptz at time zone 'UTC')::date)
      where "organizationId" = $1 returning "lastSeq", "month"
    ), added as (
      insert into "Event" ("id", "organizationId", "seq", "month", "type", "sourceId", "sessionId", "frameIndex", "trackNumber",
        "label", "confidence", "boxX", "boxY", "boxWidth", "boxHeight", "occurredAt", "recordedAt", "snapshotId", "requestId")
      select r."id", $1, feed."lastSeq" - $2::int + r."position", feed."month", r."type"::"EventType", r."sourceId",
        r."sessionId", r."frameIndex", r."trackNumber", r."label", r."confidence", r."boxX", r."boxY", r."boxWidth", r."boxHeight",
        r."occurredAt", $4, r."snapshotId", r."requestId"
      from feed, json_to_recordset($3::json) as r("id" uuid, "position" int, "type" text, "sourceId" uuid,
        "sessionId" uuid, "frameIndex" int, "trackNumber" int, "label" text, "confidence" float8, "boxX" float8,
        "boxY" float8, "boxWidth" float8, "boxHeight" float8, "occurredAt" timestamptz, "snapshotId" uuid, "requestId" text)
    ), told as (
      insert into "OutboxMessage" ("id", "topic", "payload")
      select $5, 'feed.grown', jsonb_build_object('organizationId', $1::uuid, 'lastSeq', feed."lastSeq"::text) from feed
    )
    select "lastSeq", "month"::text as "month" from feed`,
};
