import type { NewEvent } from './event-writer.ts';
import { floats, ints, texts, times, uuids } from './binary-arrays.ts';

/*
 * The hot path of writing the feed. Prisma would write events one insert at a time, and cannot take numbers and insert in
 * the same statement. Columns as arrays in PostgreSQL's own form are half as fast again as rows in JSON.
 */

/**
 * Takes the next `$2` numbers of the feed of `$1`, inserts the events of the arrays under them, and writes the signal. The
 * updated feed row stays locked until the commit: that is what makes the numbers gapless and in commit order.
 * Their month never goes back, whatever the clock of this server says: numbers and months grow together.
 */
const appendEventsSql = {
  name: 'append-event-columns',
  text: `with feed as (
      update "OrganizationFeed" set "lastSeq" = "lastSeq" + $2::int,
        "month" = greatest("month", date_trunc('month', $3::timestamptz at time zone 'UTC')::date)
      where "organizationId" = $1 returning "lastSeq", "month"
    ), added as (
      insert into "Event" ("id", "organizationId", "seq", "month", "type", "sourceId", "sessionId", "requestId", "occurredAt",
        "recordedAt", "frameIndex", "trackNumber", "label", "confidence", "boxX", "boxY", "boxWidth", "boxHeight", "snapshotId")
      select r."id", $1, feed."lastSeq" - $2::int + r."position", feed."month", r."type"::"EventType", r."sourceId",
        r."sessionId", r."requestId", r."occurredAt", $3, r."frameIndex", r."trackNumber", r."label", r."confidence",
        r."boxX", r."boxY", r."boxWidth", r."boxHeight", r."snapshotId"
      from feed, unnest($5::uuid[], $6::text[], $7::uuid[], $8::uuid[], $9::text[], $10::timestamptz[], $11::int[], $12::int[],
        $13::text[], $14::float8[], $15::float8[], $16::float8[], $17::float8[], $18::float8[], $19::uuid[])
        with ordinality as r("id", "type", "sourceId", "sessionId", "requestId", "occurredAt", "frameIndex", "trackNumber",
          "label", "confidence", "boxX", "boxY", "boxWidth", "boxHeight", "snapshotId", "position")
    ), told as (
      insert into "OutboxMessage" ("id", "topic", "payload")
      select $4, 'feed.grown', jsonb_build_object('organizationId', $1::uuid, 'lastSeq', feed."lastSeq"::text) from feed
    )
    select "lastSeq", "month"::text as "month" from feed`,
};

type Append = {
  organizationId: string;
  events: readonly NewEvent[];
  /** One for each event. */
  ids: readonly string[];
  recordedAt: Date;
  /** Of the signal. */
  messageId: string;
};

/** Gives the feed's last number and month, or nothing if there is no such feed. */
export function appendEvents({ organizationId, events, ids, recordedAt, messageId }: Append) {
  return {
    ...appendEventsSql,
    values: [
      organizationId,
      events.length,
      recordedAt,
      messageId,
      uuids(ids),
      texts(events.map(({ type }) => type)),
      uuids(events.map(({ sourceId }) => sourceId)),
      uuids(events.map(({ sessionId }) => sessionId)),
      texts(events.map(({ requestId }) => requestId)),
      times(events.map(({ occurredAt }) => occurredAt)),
      ints(events.map(({ frameIndex }) => frameIndex)),
      ints(events.map(({ trackNumber }) => trackNumber)),
      texts(events.map(({ label }) => label)),
      floats(events.map(({ confidence }) => confidence)),
      floats(events.map(({ box }) => box?.x)),
      floats(events.map(({ box }) => box?.y)),
      floats(events.map(({ box }) => box?.width)),
      floats(events.map(({ box }) => box?.height)),
      uuids(events.map(({ snapshotId }) => snapshotId)),
    ],
  };
}
