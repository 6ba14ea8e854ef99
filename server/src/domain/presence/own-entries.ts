import type { Logger } from 'pino';
import type { Pool } from 'pg';
import type { ServerPresence } from '../sessions/server-presence.ts';
import {
  beatSql,
  changeEntriesSql,
  quietProcessesSql,
  removeProcessesSql,
  replaceEntriesSql,
} from './presence.queries.ts';

/** Somebody who watches, by one subscription of theirs. */
export type Entry = {
  id: string;
  organizationId: string;
  userId: string;
  /** Null: the organization as a whole. */
  sourceId: string | null;
  since: Date;
};

export type PresenceTimes = {
  /** How often a process says that it lives. */
  beatMs: number;
  /** One that was not heard of for so long, and whose lock is gone, is dead: a lock that cannot be held is no proof alone. */
  quietMs: number;
  /** One that was not heard of for so long is gone, whatever its lock says. */
  silentMs: number;
};

type Deps = {
  pool: Pick<Pool, 'query'>;
  server: Pick<ServerPresence, 'id' | 'deadAmong'>;
  times: PresenceTimes;
  /** Tells whoever follows these organizations. Never throws. */
  tell: (organizationIds: Iterable<string>) => void;
  log: Pick<Logger, 'warn'>;
};

/**
 * Who watches by this process, in the table that all processes read. What is here is right and the table follows: changes are
 * written together, and after whatever goes wrong the next beat makes them the same again.
 */
export function createOwnEntries({ pool, server, times, tell, log }: Deps) {
  const entries = new Map<string, Entry>();
  const coming = new Map<string, Entry>();
  const going = new Map<string, Entry>();
  let isOutOfStep = false;
  let isClosed = false;
  /** Statements run one after the other. */
  let last: Promise<unknown> = Promise.resolve();
  /** Writes what waits; not begun yet. */
  let next: Promise<void> | null = null;

  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  }

  function flush(): Promise<void> {
    next ??= inTurn(async () => {
      next = null;
      const [came, went] = [[...coming.values()], [...going.values()]];
      coming.clear();
      going.clear();
      if (came.length + went.length === 0) return;
      try {
        const values = [server.id, JSON.stringify(came), went.map(({ id }) => id)];
        await pool.query({ ...changeEntriesSql, values });
      } catch (error) {
        isOutOfStep = true;
        throw error;
      }
      tell(new Set([...came, ...went].map(({ organizationId }) => organizationId)));
    });
    return next;
  }

  async function beat(): Promise<void> {
    const { rows } = await pool.query<{ isNew: boolean; entryCount: number }>({ ...beatSql, values: [server.id] });
    const { isNew, entryCount } = rows[0]!;
    const expected = entries.size - coming.size + going.size;
    if (!isNew && !isOutOfStep && entryCount === expected) return;
    const all = [...entries.values()];
    await pool.query({
      ...replaceEntriesSql,
      values: [server.id, JSON.stringify(all), all.map(({ id }) => id)],
    });
    // Whoever came or went meanwhile is written once more, which changes nothing.
    isOutOfStep = false;
    tell(new Set(all.map(({ organizationId }) => organizationId)));
  }

  /** Removes what dead processes left. Whoever looks does that: nobody else would notice. */
  async function tidy(): Promise<void> {
    const { quietMs, silentMs } = times;
    const { rows: quiet } = await pool.query<{ id: string; isSilent: boolean }>({
      ...quietProcessesSql,
      values: [server.id, quietMs, silentMs],
    });
    if (quiet.length === 0) return;
    const silent = quiet.filter(({ isSilent }) => isSilent).map(({ id }) => id);
    const dead = await server.deadAmong(quiet.filter(({ isSilent }) => !isSilent).map(({ id }) => id));
    const { rows } = await pool.query<{ organizationId: string }>({
      ...removeProcessesSql,
      values: [[...silent, ...dead], quietMs],
    });
    tell(rows.map(({ organizationId }) => organizationId));
  }

  return {
    /** Resolves once everybody can see it. */
    async enter(entry: Entry): Promise<void> {
      if (isClosed) return;
      entries.set(entry.id, entry);
      coming.set(entry.id, entry);
      try {
        await flush();
      } catch (error) {
        entries.delete(entry.id);
        throw error;
      }
    },

    leave({ id }: Entry): void {
      const entry = entries.get(id);
      if (!entry || isClosed) return;
      entries.delete(id);
      if (!coming.delete(id)) going.set(id, entry);
      flush().catch((err: unknown) => log.warn({ err }, 'somebody who left is still shown, trying again'));
    },

    /** Says that this process lives, if it has anything to tell of; removes what dead ones left. Never throws. */
    async beat(): Promise<void> {
      try {
        if (this.hasNews) await inTurn(beat);
        await tidy();
      } catch (err) {
        log.warn({ err }, 'who is present could not be told, trying again');
      }
    },

    /** Whether there is anything that others have to be told, again and again. */
    get hasNews(): boolean {
      return entries.size > 0 || isOutOfStep;
    },

    /** Everybody who watched by this process is gone. Never throws. */
    async close(): Promise<void> {
      isClosed = true;
      const organizationIds = new Set([...entries.values()].map(({ organizationId }) => organizationId));
      entries.clear();
      await last;
      if (organizationIds.size === 0) return;
      try {
        await pool.query({ ...removeProcessesSql, values: [[server.id], 0] });
        tell(organizationIds);
      } catch (err) {
        log.warn({ err }, 'who was present could not be removed, others will');
      }
    },
  };
}
