import { randomUUIDv7 } from 'node:crypto';
import type { EventType } from '@sightline/db/client';
import type { Box, Clock } from '../../ports.ts';
import type { Sql } from '../../transaction.ts';
import { appendEvents } from './event-append.queries.ts';

export type EventWriter = ReturnType<typeof createEventWriter>;
type Deps = { clock: Clock };

/** A fact before it has a number. What does not apply is left out. */
export type NewEvent = {
  type: EventType;
  sourceId: string;
  sessionId: string;
  requestId: string;
  /** Time of the source. */
  occurredAt: Date;
  frameIndex?: number | null;
  trackNumber?: number | null;
  label?: string | null;
  /** 0 to 1 */
  confidence?: number | null;
  /** Fractions of the frame, 0 to 1. */
  box?: Box | null;
  snapshotId?: string | null;
};

/** The numbers a batch got, both inclusive, and the events as readers will find them: null for more than are worth telling. */
export type Appended = { firstSeq: bigint; lastSeq: bigint; hint: EventHint[] | null };

/** An event as JSON has it: the columns of its row, numbers of the feed as decimal text, times as ISO 8601. */
export type EventHint = { id: string; seq: string } & Readonly<Record<string, string | number | null>>;

/** More events than this are read from the table by whoever wants them: a hint is for what is told at once. */
const hintEventsMax = 128;

/** The only writer of events. */
export function createEventWriter({ clock }: Deps) {
  return {
    /**
     * Adds events to the organization's feed in the caller's transaction, in order, with the next numbers, and the
     * signal that tells of them. Locks the feed until the commit, so numbers have no gap and follow the commits:
     * call it late in the transaction, and commit soon. Null when there is nothing to add.
     */
    async append(sql: Sql, organizationId: string, events: readonly NewEvent[]): Promise<Appended | null> {
      if (events.length === 0) return null;
      const recordedAt = clock.now();
      const ids = events.map(() => randomUUIDv7());
      const statement = appendEvents({ organizationId, events, ids, recordedAt, messageId: randomUUIDv7() });
      const answer = await sql.query<{ lastSeq: string; month: string }>(statement);
      const row = answer.rows[0];
      if (!row) throw new Error(`Organization ${organizationId} has no feed.`);
      const lastSeq = BigInt(row.lastSeq);
      const firstSeq = lastSeq - BigInt(events.length) + 1n;
      if (events.length > hintEventsMax) return { firstSeq, lastSeq, hint: null };
      const common = { organizationId, month: row.month, recordedAt: recordedAt.toISOString() };
      const hint = events.map((event, index) =>
        asHint(event, { ...common, id: ids[index] as string, seq: String(firstSeq + BigInt(index)) }),
      );
      return { firstSeq, lastSeq, hint };
    },
  };
}

/** As a reader finds it. */
function asHint({ box, occurredAt, ...columns }: NewEvent, given: { id: string; seq: string }): EventHint {
  const { x: boxX = null, y: boxY = null, width: boxWidth = null, height: boxHeight = null } = box ?? {};
  const unset = { frameIndex: null, trackNumber: null, label: null, confidence: null, snapshotId: null };
  const boxColumns = { boxX, boxY, boxWidth, boxHeight };
  return { ...unset, ...columns, ...boxColumns, ...given, occurredAt: occurredAt.toISOString() };
}
