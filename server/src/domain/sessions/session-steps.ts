import type { Session } from '@sightline/db/client';
import type { Clock } from '../../ports.ts';
import { ledger } from '../billing/ledger.ts';
import type { NewEvent } from '../events/event-writer.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Sql } from '../../transaction.ts';
import type { Snapshots } from './frame-rows.ts';
import { openTracksAfter } from './frame-rows.ts';
import type { FrameMessage } from './run-events.ts';
import { objectEventsOf } from './run-events.ts';
import { nextState } from './session-state.ts';
import type { SessionStep } from './session-state.ts';
import { sessionUsage } from './session-usage.ts';
import { LeaseLostError } from './sessions.errors.ts';
import * as sql from './sessions.queries.ts';

export type SessionSteps = ReturnType<typeof createSessionSteps>;
type Deps = { clock: Clock; outbox: Outbox };

export type Opened = { framesTotal: number | null; model: string };
export type Ending = {
  step: Extract<SessionStep, 'complete' | 'fail' | 'close'>;
  reason: NonNullable<Session['endReason']>;
  detail: string | null;
};

/**
 * What happens to a session, each within a transaction that holds the row of it. Gives what the feed is to be told: last of
 * all, because the feed is held until the commit, and the whole organization waits for it.
 */
export function createSessionSteps({ clock, outbox }: Deps) {
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
    /** The sidecar has opened the source. Objects that an attempt before left in view are closed first. */
    async open(tx: Sql, session: Session, { framesTotal, model }: Opened) {
      const state = nextState(session.state, 'open');
      if (!state) throw new LeaseLostError();
      const isFirst = session.startedAt === null;
      const startedAt = session.startedAt ?? clock.now();
      const left = await leaveOpenTracks(tx, session);
      const started: NewEvent[] = isFirst ? [{ ...base(session), type: 'SESSION_STARTED', occurredAt: startedAt }] : [];
      const eventCount = started.length + left.length;
      const values = [session.id, state, framesTotal, model, startedAt, eventCount, clock.now()];
      const { rows } = await tx.query<Session>({ ...sql.openSession, values });
      return { session: rows[0] as Session, events: [...started, ...left] };
    },

    /** Frames in order; those recorded already change nothing. Their pictures are stored by now. */
    async frames(
      tx: Sql,
      session: Session,
      frames: readonly FrameMessage[],
      snapshots: Snapshots,
    ): Promise<NewEvent[]> {
      const startedAt = session.startedAt?.getTime() ?? 0;
      const fresh = frames.filter(({ index }) => index >= session.framesRead);
      const last = fresh.at(-1);
      if (!last) return [];
      const stored = fresh.flatMap(({ index }) => snapshots.get(index) ?? []);
      if (stored.length > 0) {
        const values = [session.organizationId, session.id, JSON.stringify(stored), clock.now()];
        await tx.query({ ...sql.insertSnapshots, values });
      }
      const written = fresh.flatMap((frame): NewEvent[] =>
        objectEventsOf(frame).map((event) => ({
          ...base(session),
          ...event,
          frameIndex: frame.index,
          occurredAt: new Date(startedAt + frame.timestampMs),
          snapshotId: event.type === 'OBJECT_LEFT' ? null : (snapshots.get(frame.index)?.id ?? null),
        })),
      );
      if (written.length > 0) {
        await tx.query({ ...sql.updateOpenTracks, values: [session.id, JSON.stringify(openTracksAfter(written))] });
      }
      const lastFrameAt = new Date(startedAt + last.timestampMs);
      const meteredUntil = await meter(tx, session, fresh.length, false);
      const state = [last.index + 1, last.nextTrackNumber, written.length, lastFrameAt, meteredUntil, clock.now()];
      await tx.query({ ...sql.advanceSession, values: [session.id, ...state] });
      return written;
    },

    /** Ends the session: every open track leaves, the feed is told, and the lease is gone. */
    async end(tx: Sql, session: Session, { step, reason, detail }: Ending): Promise<NewEvent[]> {
      const state = nextState(session.state, step);
      if (!state) throw new LeaseLostError();
      const left = await leaveOpenTracks(tx, session);
      const endedAt = clock.now();
      const occurredAt = session.lastFrameAt ?? session.startedAt ?? endedAt;
      const ended: NewEvent = { ...base(session), type: 'SESSION_ENDED', occurredAt };
      // Whoever asked for a stop gets a stop, even when the source ended in the same moment.
      const told = state === 'STOPPED' ? 'STOP_REQUESTED' : reason;
      await meter(tx, session, 0, true);
      await tx.query({ ...sql.endSession, values: [session.id, state, told, detail, endedAt, left.length + 1] });
      return [...left, ended];
    },
  };
}
