import type { Session } from '@sightline/db/client';
import type { Pool } from 'pg';
import type { Clock, ObjectStorage } from '../../ports.ts';
import type { StorageRoom } from '../billing/storage-room.ts';
import type { EventWriter, NewEvent } from '../events/event-writer.ts';
import { grownOf } from '../outbox/grown.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { createOneAtATime } from '../../one-at-a-time.ts';
import { withOrganization } from '../../tenancy.ts';
import { inTransaction } from '../../transaction.ts';
import type { Sql } from '../../transaction.ts';
import { keepSnapshots } from './frame-rows.ts';
import type { PicturesOf, Snapshots } from './frame-rows.ts';
import type { BatchName, BatchState } from './ingest/batch-order.ts';
import { verdictOn } from './ingest/batch-order.ts';
import type { Batch } from './ingest/read-batch.ts';
import type { FrameMessage } from './run-events.ts';
import { createSessionSteps } from './session-steps.ts';
import type { Ending, Opened } from './session-steps.ts';
import { BatchOutOfOrderError, IngestBusyError, LeaseLostError } from './sessions.errors.ts';
import * as sql from './sessions.queries.ts';

export type SessionRecord = ReturnType<typeof createSessionRecord>;
type Deps = {
  pool: Pool;
  clock: Clock;
  storage: ObjectStorage;
  events: EventWriter;
  outbox: Outbox;
  room: StorageRoom;
};

type Accepted = { acceptedSeq: number; isDuplicate: boolean };

/** A sidecar sends a batch when the one before is confirmed: more is one that is sent again and again. */
const waitingMax = 16;

export type Lease = { sessionId: string; owner: string };

/**
 * What a running session writes. Each method is one transaction that first proves the right to: the lease, or the number
 * of the batch within the newest attempt. So whoever was believed dead cannot write beside their successor, and none of
 * a frame's rows can exist without the others.
 */
export function createSessionRecord({ pool, clock, storage, events, outbox, room }: Deps) {
  const steps = createSessionSteps({ clock, outbox });
  const oneAtATime = createOneAtATime({ waitingMax, refuse: () => new IngestBusyError() });

  /** One transaction on the session that `lock` finds, and what it tells the feed; false, and nothing done, without one. */
  async function within(
    lock: { name: string; text: string; values: unknown[] },
    work: (tx: Sql, session: Session) => Promise<NewEvent[]>,
  ): Promise<boolean> {
    const done = await inTransaction(pool, async (tx) => {
      const { rows } = await tx.query<Session>(lock);
      const session = rows[0];
      if (!session) return null;
      // Its clock is the organization's, whoever started the server's timer that led here.
      return withOrganization(session.organizationId, async () => {
        const { organizationId, id: sessionId } = session;
        const written = await work(tx, session);
        await outbox.add(tx, 'session.changed', { organizationId, sessionId });
        return { appended: await events.append(tx, organizationId, written) };
      });
    });
    if (done) outbox.kick(grownOf(done.appended));
    return done !== null;
  }

  async function leased({ sessionId, owner }: Lease, work: (tx: Sql, session: Session) => Promise<NewEvent[]>) {
    if (!(await within({ ...sql.lockLeasedSession, values: [sessionId, owner] }, work))) throw new LeaseLostError();
  }

  async function stateOf({ sessionId }: Pick<BatchName, 'sessionId'>): Promise<BatchState | null> {
    const { rows } = await pool.query<BatchState>({ ...sql.readBatchState, values: [sessionId] });
    return rows[0] ?? null;
  }

  /** What is recorded with the pictures of its frames; those are not kept, nor counted, if it is not. */
  async function withSnapshots<Done>(
    of: PicturesOf,
    frames: readonly FrameMessage[],
    work: (snapshots: Snapshots) => Promise<Done | null>,
  ): Promise<Done | null> {
    const kept = await keepSnapshots({ pool, room, storage }, of, frames);
    try {
      const done = await work(kept.snapshots);
      if (done === null) await kept.discard();
      return done;
    } catch (error) {
      // Whether it was committed may be unknown: the files stay.
      kept.giveBack();
      throw error;
    }
  }

  async function recordBatch(name: BatchName, { opened, frames }: Batch): Promise<Accepted> {
    // Looked at before pictures are stored, and proved once more by the statement that takes the number.
    const before = verdictOn(await stateOf(name), name);
    if (before.kind === 'duplicate') return { acceptedSeq: before.acceptedSeq, isDuplicate: true };
    const { organizationId, framesRead } = before.session;
    const { sessionId, attempt, seq } = name;
    const fresh = frames.filter(({ index }) => index >= framesRead);
    const done = await withSnapshots({ organizationId, sessionId, attempt }, fresh, async (snapshots) => {
      const isTaken = await within({ ...sql.takeBatch, values: [sessionId, attempt, seq] }, async (tx, session) => {
        if (!opened) return steps.frames(tx, session, frames, snapshots);
        const begun = await steps.open(tx, session, opened);
        return [...begun.events, ...(await steps.frames(tx, begun.session, frames, snapshots))];
      });
      return isTaken || null;
    });
    if (done) return { acceptedSeq: seq, isDuplicate: false };
    // Somebody else was quicker: with the same batch, or with the next attempt.
    const after = verdictOn(await stateOf(name), name);
    if (after.kind === 'duplicate') return { acceptedSeq: after.acceptedSeq, isDuplicate: true };
    throw new BatchOutOfOrderError(name, null);
  }

  return {
    /** Asks the sidecar anew within this lease: batches of the attempt before are refused from now on. */
    async beginAttempt({ sessionId, owner }: Lease): Promise<Session> {
      const { rows } = await pool.query<Session>({ ...sql.beginAttempt, values: [sessionId, owner] });
      if (!rows[0]) throw new LeaseLostError();
      return rows[0];
    },

    /** How many frames are recorded by now, by whichever server. */
    framesRead: async ({ sessionId }: Lease): Promise<number> => (await stateOf({ sessionId }))?.framesRead ?? 0,

    /** The sidecar has opened the source. Objects a crashed attempt left in view are closed first. */
    open(lease: Lease, opened: Opened): Promise<void> {
      return leased(lease, async (tx, session) => (await steps.open(tx, session, opened)).events);
    },

    /** Records frames in order; those already recorded by an earlier attempt change nothing. */
    async frames(lease: Lease, frames: readonly FrameMessage[]): Promise<void> {
      const values = [lease.sessionId, lease.owner];
      const { rows } = await pool.query<BatchState>({ ...sql.readLeasedState, values });
      if (!rows[0]) throw new LeaseLostError();
      const { organizationId, attemptCount: attempt, framesRead } = rows[0];
      const fresh = frames.filter(({ index }) => index >= framesRead);
      const done = await withSnapshots({ ...lease, organizationId, attempt }, fresh, async (snapshots) => {
        const lock = { ...sql.lockLeasedSession, values };
        return (await within(lock, (tx, session) => steps.frames(tx, session, frames, snapshots))) || null;
      });
      if (!done) throw new LeaseLostError();
    },

    /** Ends the session: every open track leaves, the feed is told, and the lease is gone. */
    end(lease: Lease, ending: Ending): Promise<void> {
      return leased(lease, (tx, session) => steps.end(tx, session, ending));
    },

    /**
     * Records a batch that the sidecar posted, on whichever server it arrived. Its number within the newest attempt is
     * what makes it happen once: the same again is confirmed and changes nothing. Throws NOT_FOUND, BATCH_OUT_OF_ORDER.
     */
    batch: (name: BatchName, batch: Batch): Promise<Accepted> =>
      // The same batch twice at once would take room for its pictures twice, and the second might find none.
      oneAtATime(name.sessionId, () => recordBatch(name, batch)),
  };
}
