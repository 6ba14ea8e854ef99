import { randomUUIDv7 } from 'node:crypto';
import type { PrismaClient, Session } from '@sightline/db/client';
import type { Pool } from 'pg';
import { InputInvalidError, NotFoundError } from '../../errors/request-errors.ts';
import type { OrganizationClock } from '../../organization-clock.ts';
import { inTransaction } from '../../transaction.ts';
import type { Sql } from '../../transaction.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { billingPeriodOf } from '../billing/billing-periods.ts';
import { ledger } from '../billing/ledger.ts';
import { readLimits } from '../billing/limits.ts';
import { requireActive } from '../billing/plan-limits.ts';
import type { Appended, EventWriter, NewEvent } from '../events/event-writer.ts';
import { requireWithSource } from '../identity/access.ts';
import { refusalOf } from '../identity/refusal-of.ts';
import type { Viewer } from '../identity/viewer.ts';
import { grownOf } from '../outbox/grown.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { activeStates, nextState } from '../sessions/session-state.ts';
import { BatchOutOfOrderError } from '../sessions/sessions.errors.ts';
import { sourcesVisibleTo } from '../sources/sources.policy.ts';
import { aheadMsOf, readCaptureBatch } from './capture-batch.ts';
import type { AskedBatch, CaptureBatch, CapturePart } from './capture-batch.ts';
import { actsOf } from './captured-usage.ts';
import * as sql from './captures.queries.ts';

export type CapturesService = ReturnType<typeof createCapturesService>;
type Deps = {
  db: PrismaClient;
  /** The system's: the feed and the ledger are written by nobody else. */
  pool: Pool;
  clock: OrganizationClock;
  events: EventWriter;
  outbox: Outbox;
  audit: AuditLog;
};

export type Recorded = {
  /** The newest batch of the device that is recorded. */
  acceptedSeq: number;
  isDuplicate: boolean;
  sessionId: string | null;
};

/** Takes what devices captured and used while nobody could be told, in the order of their batches, each once. */
export function createCapturesService({ db, pool, clock, events, outbox, audit }: Deps) {
  /** The source has to be one the viewer may run sessions on; uses of no capture are like calls of the sidecar. */
  async function requireRights(viewer: Viewer, { capture }: CaptureBatch): Promise<void> {
    if (!capture) {
      if (!viewer.permissions.has('inference:use')) throw refusalOf(viewer, 'inference:use');
      return;
    }
    const { sourceId } = capture;
    const source = await db.source.findFirst({ where: { AND: [{ id: sourceId }, sourcesVisibleTo(viewer)] } });
    if (!source) throw new NotFoundError('Source', sourceId);
    requireWithSource(viewer, 'sessions:write', sourceId);
  }

  /**
   * What was recorded is confirmed whatever became of its source and the device's rights: a device that is refused takes the number
   * for free and gives it to what comes next, which would be taken for this.
   */
  async function confirm(
    { organizationId }: Viewer,
    { deviceId, seq, capture }: CaptureBatch,
  ): Promise<Recorded | null> {
    const { rows } = await pool.query<{ lastSeq: number }>({ ...sql.readDevice, values: [organizationId, deviceId] });
    const acceptedSeq = rows[0]?.lastSeq ?? 0;
    if (seq > acceptedSeq) return null;
    const session =
      capture && (await db.session.findFirst({ where: { organizationId, captureId: capture.captureId } }));
    return { acceptedSeq, isDuplicate: true, sessionId: session?.id ?? null };
  }

  /**
   * The session of a capture, made by its first batch, and whether it begins with this one: also one that was ended because the
   * device said nothing. Throws PAYMENT_REQUIRED, INPUT_INVALID.
   */
  async function sessionOf(tx: Sql, organizationId: string, capture: CapturePart, requestId: string) {
    const { captureId, sourceId, startedAt } = capture;
    const { rows } = await tx.query<Session>({ ...sql.lockCaptured, values: [organizationId, captureId] });
    const [known] = rows;
    if (!known) {
      const limits = await readLimits(tx, organizationId);
      if (limits) requireActive(limits);
      const ids = [randomUUIDv7(), organizationId, sourceId, captureId];
      const values = [...ids, requestId, startedAt, clock.now()];
      const made = await tx.query<Session>({ ...sql.addCaptured, values });
      return { session: made.rows[0] as Session, begins: true };
    }
    if (known.sourceId !== sourceId) throw new InputInvalidError('sourceId', 'This capture has another source.');
    if (known.endReason === 'DEVICE_LOST') {
      const state = known.state === 'STOPPED' ? ('STOPPING' as const) : ('RUNNING' as const);
      return { session: { ...known, state }, begins: true };
    }
    if (!activeStates.some((state) => state === known.state))
      throw new InputInvalidError('captureId', 'This capture has ended.');
    return { session: known, begins: false };
  }

  /** Writes down what of the session a batch changes, and gives what the feed is to be told. */
  async function advance(tx: Sql, session: Session, begins: boolean, { events: told, isLast }: CapturePart) {
    const { id: sessionId, sourceId, requestId } = session;
    const base = { sourceId, sessionId, requestId };
    const startedAt = session.startedAt ?? clock.now();
    const lastAt = told.reduce(
      (latest, { occurredAt }) => (occurredAt > latest ? occurredAt : latest),
      session.lastFrameAt ?? startedAt,
    );
    // Again, where it was ended meanwhile.
    const begunAt = session.endReason === null ? startedAt : (told[0]?.occurredAt ?? lastAt);
    const started: NewEvent[] = begins ? [{ ...base, type: 'SESSION_STARTED', occurredAt: begunAt }] : [];
    const ended: NewEvent[] = isLast ? [{ ...base, type: 'SESSION_ENDED', occurredAt: lastAt }] : [];
    const written = [...started, ...told.map((event) => ({ ...base, ...event })), ...ended];
    const state = isLast ? (nextState(session.state, 'complete') ?? 'COMPLETED') : session.state;
    const reason = state === 'STOPPED' ? 'STOP_REQUESTED' : 'SOURCE_ENDED';
    const counts = [
      written.length,
      told.reduce((most, { frameIndex }) => Math.max(most, frameIndex + 1), 0),
      told.reduce((most, { trackNumber }) => Math.max(most, trackNumber + 1), 1),
    ];
    const ending = isLast ? [state, reason, lastAt] : [state, null, null];
    const values = [sessionId, ...counts, told.length > 0 ? lastAt : session.lastFrameAt, clock.now(), ...ending];
    await tx.query({ ...sql.advanceCaptured, values });
    return written;
  }

  /** Counts each use once, whatever batch it came in. */
  async function meter(tx: Sql, viewer: Viewer, { usage }: CaptureBatch, session: Session | null): Promise<void> {
    if (usage.length === 0) return;
    const { organizationId } = viewer;
    const now = clock.now();
    const { startsAt: periodStartsAt } = await billingPeriodOf(tx, organizationId, now);
    const aheadMs = now.getTime() - clock.ours.now().getTime();
    const isNew = await ledger.record(tx, actsOf(usage, { viewer, session, now, aheadMs, periodStartsAt }));
    if (isNew > 0) await outbox.add(tx, 'usage.recorded', { organizationId });
  }

  return {
    /**
     * Records a batch if it is the next one of its device; one that is recorded already is confirmed and changes nothing.
     * Throws NOT_FOUND, FORBIDDEN, INPUT_INVALID, PAYMENT_REQUIRED, and BATCH_OUT_OF_ORDER with the number that is expected.
     */
    async record(viewer: Viewer, asked: AskedBatch, requestId: string): Promise<Recorded> {
      const aheadMs = aheadMsOf(asked.sentAt, clock.ours.now());
      const batch = readCaptureBatch(asked, { now: clock.now(), aheadMs });
      const confirmed = await confirm(viewer, batch);
      if (confirmed) return confirmed;
      await requireRights(viewer, batch);
      const { organizationId } = viewer;
      const { deviceId, seq, capture } = batch;
      let appended: Appended | null = null;
      const recorded = await inTransaction(pool, async (tx): Promise<Recorded> => {
        appended = null;
        const held = [organizationId, deviceId, clock.now()];
        const { rows } = await tx.query<{ lastSeq: number }>({ ...sql.holdDevice, values: held });
        const acceptedSeq = rows[0]?.lastSeq ?? 0;
        if (seq <= acceptedSeq) {
          const known = capture && [organizationId, capture.captureId];
          const found = known ? await tx.query<Session>({ ...sql.lockCaptured, values: known }) : null;
          return { acceptedSeq, isDuplicate: true, sessionId: found?.rows[0]?.id ?? null };
        }
        if (seq !== acceptedSeq + 1) throw BatchOutOfOrderError.ofDevice({ deviceId, seq }, acceptedSeq + 1);
        const { session, begins } = capture
          ? await sessionOf(tx, organizationId, capture, requestId)
          : { session: null, begins: acceptedSeq === 0 };
        await meter(tx, viewer, batch, session);
        const written = session && capture ? await advance(tx, session, begins, capture) : [];
        if (session) await outbox.add(tx, 'session.changed', { organizationId, sessionId: session.id });
        await tx.query({ ...sql.takeDeviceBatch, values: [organizationId, deviceId, seq] });
        // Not for each of a thousand batches: for where a capture begins and ends, and uses that belong to none.
        if (begins || !capture || capture.isLast) {
          const after = { seq, uses: batch.usage.length, isLast: capture?.isLast ?? false };
          const target = { targetType: session ? 'Session' : 'Usage', targetId: session?.id ?? null };
          await audit.record(tx, viewer, { action: 'recordCapture', ...target, requestId, after });
        }
        appended = await events.append(tx, organizationId, written);
        return { acceptedSeq: seq, isDuplicate: false, sessionId: session?.id ?? null };
      });
      outbox.kick(grownOf(appended));
      return recorded;
    },
  };
}
