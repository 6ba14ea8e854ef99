import type { Session, SessionState } from '@sightline/db/client';
import type { Logger } from 'pino';
import type { Pool } from 'pg';
import type { Inference } from '../../ports.ts';
import { withOrganization } from '../../tenancy.ts';
import { runSession } from './run-session.ts';
import type { RunSource } from './run-source.ts';
import type { SessionRecord } from './session-record.ts';
import type { Ending } from './session-steps.ts';
import type { ServerPresence } from './server-presence.ts';
import * as sql from './sessions.queries.ts';

export type SessionRunner = ReturnType<typeof createSessionRunner>;
type Deps = {
  pool: Pool;
  presence: ServerPresence;
  record: SessionRecord;
  inference: Inference;
  runSource: RunSource;
  /** Where sidecars reach this server, without a slash at the end. */
  internalUrl(): string;
  log: Logger;
  maxConcurrent?: number;
};

const leaseSeconds = 15;
/** How often leases are renewed and work is looked for when nobody rings. */
const tickMs = 1_000;

const stopRequested: Ending = { step: 'close', reason: 'STOP_REQUESTED', detail: null };

/** Takes queued and orphaned sessions, runs them here, and lets go of them when this server stops. */
export function createSessionRunner({
  pool,
  presence,
  record,
  inference,
  runSource,
  internalUrl,
  log,
  maxConcurrent = 8,
}: Deps) {
  const batchesUrl = (sessionId: string) => `${internalUrl()}/internal/sessions/${sessionId}/batches`;
  const running = new Map<string, { stop: AbortController; done: Promise<void> }>();
  const owner = presence.id;
  let isClosing = false;
  let timer: NodeJS.Timeout | undefined;
  let ticking = Promise.resolve();

  async function run(session: Session, stop: AbortController): Promise<void> {
    const sessionLog = log.child({
      requestId: session.requestId,
      sessionId: session.id,
      organizationId: session.organizationId,
    });
    const lease = { sessionId: session.id, owner };
    sessionLog.info({ attempt: session.attemptCount, framesRead: session.framesRead }, 'session taken');
    try {
      const ending = await runSession(
        { record, inference, runSource, batchesUrl, log: sessionLog },
        session,
        lease,
        stop.signal,
      ).catch((error: unknown) => {
        if (stop.signal.reason === stopRequested) return stopRequested;
        throw error;
      });
      await record.end(lease, ending);
      sessionLog.info({ reason: ending.reason }, 'session ended');
    } catch (error) {
      // Shutting down, or another server has it: whoever takes it next goes on from the last recorded frame.
      if (stop.signal.aborted || (error instanceof Error && error.name === 'LeaseLostError'))
        return sessionLog.info('session let go');
      sessionLog.error({ err: error }, 'session failed');
      const ending: Ending = { step: 'fail', reason: 'INTERNAL', detail: 'Something went wrong on our side.' };
      await record.end(lease, ending).catch((err: unknown) => sessionLog.error({ err }, 'session could not be ended'));
    }
  }

  async function tick(): Promise<void> {
    const { rows: held } = await pool.query<{ id: string; state: SessionState }>({
      ...sql.renewLeases,
      values: [owner, leaseSeconds, [...running.keys()]],
    });
    for (const { id, state } of held) if (state === 'STOPPING') running.get(id)?.stop.abort(stopRequested);
    // A lease this process no longer holds is somebody else's session now.
    const ids = new Set(held.map(({ id }) => id));
    for (const [id, { stop }] of running) if (!ids.has(id)) stop.abort(new Error('lease lost'));
    while (!isClosing && running.size < maxConcurrent) {
      const dead = await presence.deadAmong(await foreignOwners());
      const { rows } = await pool.query<Session>({ ...sql.leaseNextSession, values: [owner, leaseSeconds, dead] });
      const session = rows[0];
      if (!session) return;
      const stop = new AbortController();
      if (session.state === 'STOPPING') stop.abort(stopRequested);
      // In its time, and for as long as it runs: a clock that is moved meanwhile is heard of.
      const done = withOrganization(session.organizationId, () => run(session, stop)).finally(() => {
        running.delete(session.id);
        // A place is free: look for the next session now, not at the next tick.
        wake();
      });
      running.set(session.id, { stop, done });
    }
  }

  async function foreignOwners(): Promise<string[]> {
    const { rows } = await pool.query<{ owner: string }>({ ...sql.foreignOwners, values: [owner] });
    return rows.map((row) => row.owner);
  }

  /** Looks for work now. Calls in between are one. */
  function wake(): void {
    if (isClosing) return;
    clearTimeout(timer);
    ticking = ticking
      .then(tick)
      .catch((err: unknown) => log.warn({ err }, 'looking for sessions failed, trying again'));
    void ticking.then(() => {
      if (isClosing) return;
      clearTimeout(timer);
      timer = setTimeout(wake, tickMs);
    });
  }

  return {
    wake,
    /** Sessions running here now. */
    get size() {
      return running.size;
    },
    /** Stops looking, interrupts what runs, and gives the sessions back so that the next server takes them at once. */
    async close(): Promise<void> {
      isClosing = true;
      clearTimeout(timer);
      await ticking;
      for (const { stop } of running.values()) stop.abort(new Error('this server is stopping'));
      await Promise.all([...running.values()].map(({ done }) => done));
      await pool
        .query({ ...sql.releaseLeases, values: [owner] })
        .catch((err: unknown) => log.warn({ err }, 'leases not released'));
    },
  };
}
