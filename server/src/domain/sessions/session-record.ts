import type { Session } from '@sightline/db/client';
import type { Pool } from 'pg';
import type { Clock, ObjectStorage } from '../../ports.ts';
import { ledger } from '../billing/ledger.ts';
import type { StorageRoom } from '../billing/storage-room.ts';
import type { EventWriter, NewEvent } from '../events/event-writer.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { withOrganization } from '../../tenancy.ts';
import { inTransaction } from '../../transaction.ts';
import type { Sql } from '../../transaction.ts';
import type { FrameMessage } from './run-events.ts';
import { objectEventsOf } from './run-events.ts';
import { nextState } from './session-state.ts';
import type { SessionStep } from './session-state.ts';
import { sessionUsage } from './session-usage.ts';
import { LeaseLostError } from './sessions.errors.ts';
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

export type Ending = {
  step: Extract<SessionStep, 'complete' | 'fail' | 'close'>;
  reason: NonNullable<Session['endReason']>;
  detail: string | null;
};
export type Lease = { sessionId: string; owner: string };

/**
 * What a running session writes. Each method is one transaction that first proves the lease, so that a server
 * that was believed dead cannot write beside its successor, and none of a frame's rows can exist without the others.
 */
export function createSessionRecord({ pool, clock, storage, events, outbox, room }: Deps) {
  async function step<T>({ sessionId, owner }: Lease, work: (tx: Sql, session: Session) => Promise<T>): Promise<T> {
    const result = await inTransaction(pool, async (tx) => {
      const { rows } = await tx.query<Session>({ ...sql.lockLeasedSession, values: [sessionId, owner] });
      const session = rows[0];
      if (!session) throw new LeaseLostError();
      // Its clock is the organization's, whoever started the server's timer that led here.
      const value = await withOrganization(session.organizationId, () => work(tx, session));
      await outbox.add(tx, 'session.changed', { organizationId: session.organizationId, sessionId });
      return value;
    });
    outbox.kick();
    return result;
  }

  const base = (session: Session) => ({
    sourceId: session.sourceId,
    sessionId: session.id,
    requestId: session.requestId,
  });

  /** What it used, in the transaction of what it did: the same frame again finds itself recorded and does not get here. */
  async function meter(tx: Sql, session: Session, frameCount: number, isEnd: boolean): Promise<Date | null> {
    const { acts, meteredUntil } = sessionUsage(session, frameCount, clock.now(), isEnd);
    if (acts.length === 0) return meteredUntil;
    await ledger.record(tx, acts);
    await outbox.add(tx, 'usage.recorded', { organizationId: session.organizationId });
    return meteredUntil;
  }

  /** Tells the feed that every object still in view has left, at the time it was last seen. */
  async function leaveOpenTracks(tx: Sql, session: Session): Promise<NewEvent[]> {
    const { rows } = await tx.query<sql.OpenTrackRow>({ ...sql.takeOpenTracks, values: [session.id] });
    return rows.map(({ trackNumber, label, confidence, boxX, boxY, boxWidth, boxHeight, seenAt }) => ({
      ...base(session),
      type: 'OBJECT_LEFT',
      trackNumber,
      label,
      confidence,
      box: { x: boxX, y: boxY, width: boxWidth, height: boxHeight },
      occurredAt: seenAt,
    }));
  }

  return {
    /** The sidecar has opened the source. Objects a crashed attempt left in view are closed first. */
    open(lease: Lease, opened: { framesTotal: number | null; model: string }): Promise<Session> {
      return step(lease, async (tx, session) => {
        const state = nextState(session.state, 'open');
        if (!state) throw new LeaseLostError();
        const isFirst = session.startedAt === null;
        const startedAt = session.startedAt ?? clock.now();
        const left = await leaveOpenTracks(tx, session);
        const started: NewEvent[] = isFirst
          ? [{ ...base(session), type: 'SESSION_STARTED', occurredAt: startedAt }]
          : [];
        await events.append(tx, session.organizationId, [...started, ...left]);
        const eventCount = started.length + left.length;
        const values = [session.id, state, opened.framesTotal, opened.model, startedAt, eventCount, clock.now()];
        const { rows } = await tx.query<Session>({ ...sql.openSession, values });
        return rows[0] as Session;
      });
    },

    /** Records frames in order; those already recorded by an earlier attempt change nothing. */
    async frames(lease: Lease, organizationId: string, frames: FrameMessage[]): Promise<void> {
      const kept = await fitting(room, organizationId, frames);
      const snapshots = await storeSnapshots(storage, organizationId, lease.sessionId, kept);
      await step(lease, async (tx, session) => {
        const startedAt = session.startedAt?.getTime() ?? 0;
        const fresh = frames.filter(({ index }) => index >= session.framesRead);
        const last = fresh.at(-1);
        if (!last) return;
        const stored = fresh.flatMap(({ index }) => snapshots.get(index) ?? []);
        if (stored.length > 0)
          await tx.query({
            ...sql.insertSnapshots,
            values: [session.organizationId, session.id, JSON.stringify(stored), clock.now()],
          });
        const written = fresh.flatMap((frame): NewEvent[] =>
          objectEventsOf(frame).map((event) => ({
            ...base(session),
            ...event,
            frameIndex: frame.index,
            occurredAt: new Date(startedAt + frame.timestampMs),
            snapshotId: event.type === 'OBJECT_LEFT' ? null : (snapshots.get(frame.index)?.id ?? null),
          })),
        );
        if (written.length > 0) await events.append(tx, session.organizationId, written);
        await tx.query({ ...sql.updateOpenTracks, values: [session.id, JSON.stringify(openTracksAfter(written))] });
        const lastFrameAt = new Date(startedAt + last.timestampMs);
        const meteredUntil = await meter(tx, session, fresh.length, false);
        const values = [session.id, last.index + 1, last.nextTrackNumber, written.length, lastFrameAt, meteredUntil];
        await tx.query({ ...sql.advanceSession, values });
      });
    },

    /** Ends the session: every open track leaves, the feed is told, and the lease is gone. */
    async end(lease: Lease, { step: how, reason, detail }: Ending): Promise<void> {
      await step(lease, async (tx, session) => {
        const state = nextState(session.state, how);
        if (!state) throw new LeaseLostError();
        const left = await leaveOpenTracks(tx, session);
        const endedAt = clock.now();
        const occurredAt = session.lastFrameAt ?? session.startedAt ?? endedAt;
        await events.append(tx, session.organizationId, [
          ...left,
          { ...base(session), type: 'SESSION_ENDED', occurredAt },
        ]);
        // Whoever asked for a stop gets a stop, even when the source ended in the same moment.
        const told = state === 'STOPPED' ? 'STOP_REQUESTED' : reason;
        await meter(tx, session, 0, true);
        await tx.query({ ...sql.endSession, values: [session.id, state, told, detail, endedAt, left.length + 1] });
      });
    },
  };
}

type Snapshot = { id: string; storageKey: string; byteSize: number };

/** The same frames, without the pictures for which the plan has no room left. */
async function fitting(room: StorageRoom, organizationId: string, frames: FrameMessage[]): Promise<FrameMessage[]> {
  const kept: FrameMessage[] = [];
  for (const frame of frames) {
    const fits = !frame.snapshot || (await room.take(organizationId, frame.snapshot.byteLength));
    kept.push(fits ? frame : { ...frame, snapshot: null });
  }
  return kept;
}

/** Bytes before rows: a crash in between leaves a file nobody points to, never a row without its file. */
async function storeSnapshots(
  storage: ObjectStorage,
  organizationId: string,
  sessionId: string,
  frames: FrameMessage[],
) {
  const stored = new Map<number, Snapshot>();
  await Promise.all(
    frames.map(async ({ index, snapshot }) => {
      if (!snapshot) return;
      // The key is the frame's own, so that a second attempt overwrites what the first one left.
      const storageKey = `snapshots/${organizationId}/${sessionId}/${index}.jpg`;
      await storage.put(storageKey, snapshot, 'image/jpeg');
      stored.set(index, { id: crypto.randomUUID(), storageKey, byteSize: snapshot.byteLength });
    }),
  );
  return stored;
}

/** The last word of the frames on each track: where it is now, or that it left. */
function openTracksAfter(events: NewEvent[]) {
  const last = new Map(events.map((event) => [event.trackNumber, event]));
  return [...last.values()].map(({ type, trackNumber, label, confidence, box, occurredAt }) => ({
    trackNumber,
    label,
    confidence,
    boxX: box?.x,
    boxY: box?.y,
    boxWidth: box?.width,
    boxHeight: box?.height,
    seenAt: occurredAt,
    isOpen: type !== 'OBJECT_LEFT',
  }));
}
