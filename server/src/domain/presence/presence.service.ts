import { randomUUID } from 'node:crypto';
import { Repeater, SlidingBuffer } from '@repeaterjs/repeater';
import type { PrismaClient } from '@sightline/db/client';
import { afterCommit, outsideOf } from '@sightline/db/one-transaction';
import type { Logger } from 'pino';
import type { Pool } from 'pg';
import { ForbiddenError, NotFoundError } from '../../errors/request-errors.ts';
import type { OrganizationClock } from '../../organization-clock.ts';
import type { Bus } from '../../ports.ts';
import { sourceIdsFor } from '../identity/access.ts';
import { requirePerson } from '../identity/accounts/require-person.ts';
import type { Viewer } from '../identity/viewer.ts';
import { channelOf } from '../outbox/signals.ts';
import type { SignalReader } from '../outbox/signal-reader.ts';
import type { ServerPresence } from '../sessions/server-presence.ts';
import { sourcesVisibleTo } from '../sources/sources.policy.ts';
import { createOwnEntries } from './own-entries.ts';
import type { Entry, PresenceTimes } from './own-entries.ts';
import { setActivitySql } from './presence.queries.ts';
import { createRooms } from './rooms.ts';
import type { Present } from './rooms.ts';

type Deps = {
  /** Behind the second fence: what the viewer may see. */
  db: PrismaClient;
  /** The system's: who is present is written and read for all organizations at once. */
  pool: Pool;
  server: Pick<ServerPresence, 'id' | 'deadAmong'>;
  bus: Pick<Bus, 'publish'>;
  signals: SignalReader;
  clock: OrganizationClock;
  log: Pick<Logger, 'warn'>;
  times?: PresenceTimes & { pollMs: number };
};

export type PresenceService = ReturnType<typeof startPresence>;

/** Of a process that is killed nobody is left after six seconds at most: five until it is not believed, one until that is seen. */
const usualTimes = { beatMs: 2_000, quietMs: 3_000, silentMs: 5_000, pollMs: 1_000 };
const activityMs = 5_000;

/** Who watches what now. Nothing of it is kept: it is not worth a row in any log. */
export function startPresence({ db, pool, server, bus, signals, clock, log, times = usualTimes }: Deps) {
  const outside = outsideOf(pool);
  const tell = (organizationIds: Iterable<string>) => {
    // Straight to the bus, once it is committed: a signal that is lost costs as long as the next poll takes, and an outbox
    // would keep what the table itself does not.
    for (const organizationId of organizationIds) {
      void bus.publish(channelOf('presence.changed', organizationId), JSON.stringify({ organizationId }));
    }
  };
  const own = createOwnEntries({ pool: outside, server, times, tell, log });
  const rooms = createRooms({ pool: outside, signals, silentMs: times.silentMs, pollMs: times.pollMs, log });
  let isBeating = false;
  const timer = setInterval(async () => {
    // Where nobody watches there is nothing to tell, and nobody to tell it.
    if (isBeating || !(own.hasNews || rooms.size > 0)) return;
    isBeating = true;
    await own.beat();
    isBeating = false;
  }, times.beatMs);

  /** Throws NOT_FOUND for a source the viewer may not read; FORBIDDEN for all of them, where they may not read all. */
  async function requireVisible(viewer: Viewer, sourceId: string | null): Promise<void> {
    if (sourceId === null) {
      if (sourceIdsFor(viewer, 'read') !== null) throw new ForbiddenError('read');
      return;
    }
    const where = { AND: [{ id: sourceId }, sourcesVisibleTo(viewer)] };
    if (!(await db.source.findFirst({ where, select: { id: true } }))) throw new NotFoundError('Source', sourceId);
  }

  return {
    /**
     * Who watches a source, or with null the organization as a whole, now and on every change, newest wins; ends when
     * `signal` aborts. A person is shown there as long as they follow; a key follows unseen. Throws NOT_FOUND, FORBIDDEN.
     */
    async follow(viewer: Viewer, sourceId: string | null, signal: AbortSignal): Promise<AsyncIterable<Present>> {
      await requireVisible(viewer, sourceId);
      const { organizationId, userId, signInId } = viewer;
      const since = clock.nowOf(organizationId);
      const entry: Entry | null =
        signInId === null ? null : { id: randomUUID(), organizationId, userId, sourceId, since };
      return new Repeater<Present>(async (push, stop) => {
        if (signal.aborted) return stop();
        signal.addEventListener('abort', () => stop(), { once: true });
        try {
          // First seen, then told: what somebody hears first has themselves in it.
          if (entry) await own.enter(entry);
          const unfollow = await rooms.follow(organizationId, sourceId, (now) => void push(now));
          await stop;
          await unfollow();
        } finally {
          if (entry) own.leave(entry);
        }
      }, new SlidingBuffer(1));
    },

    /**
     * What a person does where they watch, for five seconds; null: nothing more. Gives whether they watch there, and so
     * whether anybody sees it. For people. Throws NOT_FOUND, FORBIDDEN.
     */
    async setActivity(viewer: Viewer, sourceId: string | null, activity: string | null): Promise<boolean> {
      requirePerson(viewer);
      await requireVisible(viewer, sourceId);
      const { organizationId, userId } = viewer;
      const values = [organizationId, sourceId, userId, activity, activity === null ? 0 : activityMs];
      const { rowCount } = await pool.query({ ...setActivitySql, values });
      afterCommit(() => tell([organizationId]));
      return (rowCount ?? 0) > 0;
    },

    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await rooms.close();
      await own.close();
    },
  };
}
