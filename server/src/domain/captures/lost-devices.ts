import type { Session } from '@sightline/db/client';
import type { Pool } from 'pg';
import type { Clock } from '../../ports.ts';
import { inTransaction } from '../../transaction.ts';
import type { Appended, EventWriter } from '../events/event-writer.ts';
import type { DueMoment, DueWork } from '../jobs/jobs.ts';
import { grownOf } from '../outbox/grown.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { nextState } from '../sessions/session-state.ts';
import * as sql from './captures.queries.ts';

type Deps = {
  /** The system's: it looks over all organizations. */
  pool: Pool;
  events: EventWriter;
  outbox: Outbox;
  /** Ours. */
  clock: Clock;
};

/** Ends what devices captured that sent nothing for a day. They may only be offline: a batch that comes later goes on with it. */
export function createLostDevices({ pool, events, outbox, clock }: Deps) {
  const next: DueMoment = async (organizationId, after) => {
    const { rows } = await pool.query<{ at: Date | null }>({ ...sql.nextLost, values: [organizationId, after] });
    return rows[0]?.at ?? null;
  };

  const work: DueWork = async (organizationId, now) => {
    let appended: Appended | null = null;
    await inTransaction(pool, async (tx) => {
      appended = null;
      const { rows } = await tx.query<Session>({ ...sql.lockLost, values: [organizationId, now] });
      if (rows.length === 0) return;
      for (const { id, state } of rows) {
        await tx.query({ ...sql.endLost, values: [id, nextState(state, 'fail') ?? state, now] });
        await outbox.add(tx, 'session.changed', { organizationId, sessionId: id });
      }
      appended = await events.append(
        tx,
        organizationId,
        rows.map(({ id: sessionId, sourceId, requestId, lastFrameAt, startedAt }) => ({
          ...{ type: 'SESSION_ENDED', sourceId, sessionId, requestId, occurredAt: lastFrameAt ?? startedAt ?? now },
        })),
      );
    });
    if (appended) outbox.kick(grownOf(appended));
  };

  return {
    next,
    work,
    /** Those in which a device is lost by now. */
    async organizations(): Promise<string[]> {
      const { rows } = await pool.query<{ id: string }>({ ...sql.organizationsOfLost, values: [clock.now()] });
      return rows.map(({ id }) => id);
    },
  };
}
