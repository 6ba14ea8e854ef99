import { Repeater, SlidingBuffer } from '@repeaterjs/repeater';
import type { PrismaClient, SessionState } from '@sightline/db/client';
import { NotFoundError } from '../../errors/request-errors.ts';
import { withOrganization } from '../../tenancy.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { SignalReader } from '../outbox/signal-reader.ts';
import { finalStates } from './session-state.ts';
import { sessionsVisibleTo } from './sessions.policy.ts';

export type SessionChanges = ReturnType<typeof createSessionChanges>;
type Deps = { db: PrismaClient; signals: SignalReader };

/** A change is found at the latest after this long when the bus loses its signal. */
const pollMs = 2_000;

const isFinal = (state: SessionState) => finalStates.some((final) => final === state);

/**
 * Follows one session: its state now, then each change, newest wins; ends after the final state,
 * and when `signal` aborts. Throws NOT_FOUND.
 */
export function createSessionChanges({ db, signals }: Deps) {
  return async function sessionChanges(
    viewer: Viewer,
    id: string,
    signal: AbortSignal,
  ): Promise<AsyncIterable<{ id: string }>> {
    const where = { AND: [{ id }, sessionsVisibleTo(viewer)] };
    const select = { state: true, framesRead: true, eventCount: true } as const;
    const visible = await db.session.findFirst({ where, select });
    if (!visible) throw new NotFoundError('Session', id);

    return new Repeater<{ id: string }>(async (push, stop) => {
      let told = '';
      let isOver = false;
      let reading = Promise.resolve();
      const look = () => {
        reading = reading.then(async () => {
          // Signals come from whoever was at work when they were told.
          const read = () => db.session.findFirst({ where, select });
          const session = isOver ? null : await withOrganization(viewer.organizationId, read);
          const now = JSON.stringify(session);
          if (!session || now === told) return;
          told = now;
          isOver = isFinal(session.state);
          void push({ id });
          if (isOver) stop();
        });
        reading.catch(stop);
      };
      const unsubscribe = await signals.on('session.changed', viewer.organizationId, ({ sessionId }) => {
        if (sessionId === id) look();
      });
      const poll = setInterval(look, pollMs);
      if (signal.aborted) stop();
      signal.addEventListener('abort', () => stop(), { once: true });
      look();
      await stop;
      isOver = true;
      clearInterval(poll);
      await unsubscribe();
    }, new SlidingBuffer(1));
  };
}
