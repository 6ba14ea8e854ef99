import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Pool, PoolClient } from 'pg';
import { withOrganization } from '../../tenancy.ts';

export type OrganizationLock = { release(): Promise<void> };

/** Ours among all advisory locks of the database. */
const lockClass = 1_784_210;
const retryMs = 20;

/**
 * One at a time for each organization, over all processes: advisory locks on one connection that is kept for nothing else,
 * so that who holds a lock never waits with it for a second connection. A connection that is lost takes its locks along;
 * what they are for stays right without, and only happens twice.
 */
export async function openOrganizationLocks(pool: Pool, log: Pick<Logger, 'warn'>) {
  const held = new Set<string>();
  let client: Promise<PoolClient> | null = null;

  function forget(lost: PoolClient, err: Error): void {
    client = null;
    lost.release(err);
    log.warn({ err }, 'the connection that holds locks of organizations is lost, opening another');
  }

  /** Outside of whatever request asks: it lives longer than that. */
  function connection(): Promise<PoolClient> {
    client ??= withOrganization(null, async () => {
      try {
        const opened = await pool.connect();
        opened.once('error', (err) => forget(opened, err));
        return opened;
      } catch (error) {
        client = null;
        throw error;
      }
    });
    return client;
  }

  /** Null while somebody else holds it, in this process or another one. */
  async function tryTake(organizationId: string): Promise<OrganizationLock | null> {
    if (held.has(organizationId)) return null;
    held.add(organizationId);
    try {
      const values = [lockClass, lockKey(organizationId)];
      const { rows } = await (
        await connection()
      ).query<{ isTaken: boolean }>('select pg_try_advisory_lock($1, $2) as "isTaken"', values);
      if (!rows[0]?.isTaken) {
        held.delete(organizationId);
        return null;
      }
      return {
        async release() {
          // A lost connection has given it up already.
          await client?.then((open) => open.query('select pg_advisory_unlock($1, $2)', values)).catch(() => {});
          held.delete(organizationId);
        },
      };
    } catch (error) {
      held.delete(organizationId);
      throw error;
    }
  }

  await connection();
  return {
    tryTake,

    /** Runs `work` with the lock; null where others held it for `waitMs`. */
    async exclusively<Result>(
      organizationId: string,
      waitMs: number,
      work: () => Promise<Result>,
    ): Promise<Result | null> {
      const giveUpAt = performance.now() + waitMs;
      let lock = await tryTake(organizationId);
      while (!lock) {
        if (performance.now() >= giveUpAt) return null;
        await delay(retryMs);
        lock = await tryTake(organizationId);
      }
      try {
        return await work();
      } finally {
        await lock.release();
      }
    },

    async [Symbol.asyncDispose]() {
      const open = await client?.catch(() => null);
      client = null;
      open?.removeAllListeners('error');
      // Ending the connection, rather than giving it back, drops what is still held.
      open?.release(true);
    },
  };
}

/** 32 bits of the id. Two that share them wait for each other. */
function lockKey(organizationId: string): number {
  return createHash('sha256').update(organizationId).digest().readInt32BE(0);
}
