import { createHash, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Pool, PoolClient } from 'pg';

export type ServerPresence = Awaited<ReturnType<typeof openServerPresence>>;

const retryMs = 1_000;

/**
 * This process's name among the servers, and proof that it lives: an advisory lock held on a connection of its own.
 * PostgreSQL drops the lock with the connection, so a killed server is known dead at once, without waiting for a
 * lease to run out. A lock that cannot be held costs only that: leases still expire by themselves.
 */
export async function openServerPresence(pool: Pool, log: Logger) {
  const id = randomUUID();
  let client: PoolClient | null = null;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;

  /** Throws when it cannot be held: then its connection is given back, and nobody tries again by themselves. */
  async function hold(): Promise<void> {
    const asked = await pool.connect();
    asked.on('error', (err) => {
      // Not held yet: the question fails as well. Or given up by `close`, which has released it.
      if (client !== asked) return;
      client = null;
      asked.release(err);
      log.warn({ err }, 'presence lost, taking it again');
      retry();
    });
    try {
      await asked.query('select pg_advisory_lock($1)', [lockKey(id)]);
    } catch (error) {
      asked.release(true);
      throw error;
    }
    if (isClosed) asked.release(true);
    else client = asked;
  }

  function retry(): void {
    if (isClosed) return;
    timer = setTimeout(() => hold().catch(retry), retryMs);
    timer.unref();
  }

  await hold();

  return {
    id,
    /** Which of these servers no longer hold their lock. */
    async deadAmong(ids: string[]): Promise<string[]> {
      if (ids.length === 0) return [];
      const { rows } = await pool.query<{ id: string }>({
        name: 'dead-servers',
        // A lock key is one bigint; pg_locks shows its halves.
        text: `select o."id" from unnest($1::text[], $2::bigint[]) as o("id", "key") where not exists (
            select 1 from pg_locks l where l.locktype = 'advisory' and l.granted and l.objsubid = 1
              and l.database = (select oid from pg_database where datname = current_database())
              and (l.classid::bigint << 32 | l.objid::bigint) = o."key")`,
        values: [ids, ids.map(lockKey)],
      });
      return rows.map((row) => row.id);
    },
    async close(): Promise<void> {
      isClosed = true;
      clearTimeout(timer);
      const held = client;
      client = null;
      // Ending the connection, rather than giving it back, is what drops the lock.
      held?.release(true);
    },
  };
}

/** 62 bits of the id's hash, as text: positive, so that it compares with what pg_locks shows. */
function lockKey(id: string): string {
  return (createHash('sha256').update(id).digest().readBigUInt64BE(0) >> 2n).toString();
}
