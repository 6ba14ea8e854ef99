import { randomUUIDv7 } from 'node:crypto';
import type { EventType } from '@sightline/db/client';
import type { Box, Clock } from '../../ports.ts';
import type { Sql } from '../../transaction.ts';
import { appendEventsSql } from './event-append.queries.ts';

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

/** The numbers a batch got, both inclusive. */
export type SeqRange = { firstSeq: bigint; lastSeq: bigint };

/** The only writer of events. */
export function createEventWriter({ clock }: Deps) {
  return {
    /**
     * Adds events to the organization's feed in the caller's transaction, in order, with the next numbers, and the
     * signal that tells of them. Locks the feed until the commit, so numbers have no gap and follow the commits:
     * call it late in the transaction, and commit soon. Null when there is nothing to add.
     */
    async append(sql: Sql, organizationId: string, events: readonly NewEvent[]): Promise<SeqRange | null> {
      if (events.length === 0) return null;
      const rows = JSON.stringify(events.map(asRow));
      const values = [organizationId, events.length, rows, clock.now(), randomUUIDv7()];
      const answer = await sql.query<{ lastSeq: string }>({ ...appendEventsSql, values });
      const row = answer.rows[0];
      if (!row) throw new Error(`Organization ${organizationId} has no feed.`);
      const lastSeq = BigInt(row.lastSeq);
      return { firstSeq: lastSeq - BigInt(events.length) + 1n, lastSeq };
    },
  };
}

function asRow(event: NewEvent, index: number) {
  const { box, ...columns } = event;
  return {
    ...columns,
    id: randomUUIDv7(),
    position: index + 1,
    ...(box && { boxX: box.x, boxY: box.y, boxWidth: box.width, boxHeight: box.height }),
  };
}
