import type { Logger } from 'pino';
import type { Pool } from 'pg';
import type { OrganizationClock } from '../../organization-clock.ts';
import { withOrganization } from '../../tenancy.ts';
import type { SignalReader } from '../outbox/signal-reader.ts';
import { openOrganizationLocks } from './organization-locks.ts';

/**
 * Does for one organization what is due up to `now`, its own time, and nothing else. It may be called twice for the same
 * moment, and is never called for one organization by two at once.
 */
export type DueWork = (organizationId: string, now: Date) => Promise<void>;

/** The first moment later than `after` at which work of an organization becomes due, as known now; null: none. */
export type DueMoment = (organizationId: string, after: Date) => Promise<Date | null>;

export type Jobs = Awaited<ReturnType<typeof startDueWork>>;

type Deps = {
  /** Of the system: it holds one connection of it for locks. */
  pool: Pool;
  clock: Pick<OrganizationClock, 'nowOf'>;
  signals: SignalReader;
  log: Pick<Logger, 'warn'>;
  /** Organizations for which something may be due; those whose work failed are tried again without being named. */
  organizations(): Promise<string[]>;
  /** Done in this order at each moment: subscriptions first, then what bills them. */
  work: readonly DueWork[];
  moments: readonly DueMoment[];
  everyMs?: number;
  /** Whether this process looks for what is due by itself; otherwise it only does what it is asked for. */
  works?: boolean;
};

const longAgo = new Date(0);

/**
 * Does what time alone brings about: trials end, periods are billed, things get too old to be kept. Each process looks every
 * minute, and at once when a sandbox was moved; an advisory lock has one of them do an organization's work at a time.
 * What was missed while no server ran is made up for moment by moment, in order.
 */
export async function startDueWork(deps: Deps) {
  const { pool, clock, signals, log, organizations, work, moments, everyMs = 60_000, works = true } = deps;
  const failed = new Set<string>();
  let running: Promise<void> | null = null;
  let isStopped = false;
  let moved = new Set<string>();

  await using opening = new AsyncDisposableStack();
  const locks = opening.use(await openOrganizationLocks(pool, log));

  /** The first of all moments in which something is due. */
  async function nextMoment(organizationId: string, after: Date): Promise<Date | null> {
    let first: Date | null = null;
    for (const moment of moments) {
      const at = await moment(organizationId, after);
      if (at && at > after && (first === null || at < first)) first = at;
    }
    return first;
  }

  async function doAll(organizationId: string, now: Date): Promise<void> {
    for (const one of work) await one(organizationId, now);
  }

  /** Each moment up to `now` in its order, and `now` itself. */
  async function catchUp(organizationId: string, now: Date): Promise<void> {
    for (let at = await nextMoment(organizationId, longAgo); at && at < now;) {
      await doAll(organizationId, at);
      at = await nextMoment(organizationId, at);
    }
    await doAll(organizationId, now);
  }

  async function tryOne(organizationId: string): Promise<void> {
    const lock = await locks.tryTake(organizationId);
    // Somebody else is at it.
    if (!lock) return;
    try {
      await withOrganization(organizationId, () => catchUp(organizationId, clock.nowOf(organizationId)));
      failed.delete(organizationId);
    } catch (err) {
      failed.add(organizationId);
      log.warn({ err, organizationId }, 'due work failed, trying again in a minute');
    } finally {
      await lock.release();
    }
  }

  async function look(ids: () => Promise<Iterable<string>>): Promise<void> {
    try {
      for (const id of await ids()) if (!isStopped) await tryOne(id);
    } catch (err) {
      log.warn({ err }, 'due work could not be looked for');
    }
  }

  function kick(ids: () => Promise<Iterable<string>>): void {
    if (isStopped) return;
    running = (running ?? Promise.resolve()).then(() => look(ids));
  }

  const everybody = async () => new Set([...(await organizations()), ...failed]);
  const unsubscribe = await signals.on('clock.moved', null, ({ organizationId }) => {
    if (!works) return;
    if (moved.size === 0) {
      kick(async () => {
        const ids = moved;
        moved = new Set();
        return ids;
      });
    }
    moved.add(organizationId);
  });
  opening.defer(unsubscribe);
  const timer = works ? setInterval(() => kick(everybody), everyMs) : undefined;
  opening.defer(async () => {
    isStopped = true;
    clearInterval(timer);
    await running;
  });
  const open = opening.move();

  return {
    nextMoment,

    /** For whoever holds the organization's lock: does what is due at `now`, with an own time that is `offsetMs` ahead. */
    doAt: (organizationId: string, now: Date, offsetMs: number): Promise<void> =>
      withOrganization(organizationId, () => doAll(organizationId, now), offsetMs),

    /** Runs `hold` while nobody else does work of the organization. Waits for who does; throws after `waitMs`. */
    exclusively: locks.exclusively,

    /** Does now what is due for those who may have something, as each minute. */
    async lookNow(): Promise<void> {
      kick(everybody);
      await running;
    },

    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
