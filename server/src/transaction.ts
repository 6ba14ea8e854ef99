import { setTimeout as delay } from 'node:timers/promises';
import type { Prisma } from '@sightline/db/client';
import type { Pool } from 'pg';

/** What raw statements need of a connection. `pg` pools and clients have this shape. */
export type Sql = {
  query<Row>(
    statement: { name?: string; text: string; values?: unknown[]; rowMode?: 'array' } | string,
    values?: unknown[],
  ): Promise<{ rows: Row[]; rowCount: number | null }>;
};

/** Raw statements in a transaction of Prisma's. Say the type of each parameter (`$1::uuid`): Prisma sends text. */
export function sqlOf(tx: Pick<Prisma.TransactionClient, '$queryRawUnsafe' | '$executeRawUnsafe'>): Sql {
  return {
    async query<Row>(statement: Parameters<Sql['query']>[0], given: unknown[] = []) {
      const { text, values = given } = typeof statement === 'string' ? { text: statement } : statement;
      if (/\breturning\b|^\s*select\b/i.test(text)) {
        // Constants of *.queries.ts, as for `pg`; what callers say comes in `values`.
        // oxlint-disable-next-line no-restricted-properties
        const rows = await tx.$queryRawUnsafe<Row[]>(text, ...values);
        return { rows, rowCount: rows.length };
      }
      // oxlint-disable-next-line no-restricted-properties
      return { rows: [], rowCount: await tx.$executeRawUnsafe(text, ...values) };
    },
  };
}

/** What `inTransaction` needs of a pool. */
export type SqlPool = Pick<Pool, 'connect'>;

const maxAttempts = 5;

/** Longest wait before the next try, times the tries so far. Two that met once must not meet again in step. */
const maxWaitMs = 50;

/** PostgreSQL's words for "run it again": serialization failure and deadlock. */
const retryableStates = new Set(['40001', '40P01']);

/**
 * Runs `work` in one transaction: committed when it returns, rolled back when it throws.
 * A deadlock or serialization failure runs it again, five times at most, so `work` touches nothing but `sql`.
 */
export async function inTransaction<Result>(pool: SqlPool, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await runOnce(pool, work);
    } catch (error) {
      if (attempt >= maxAttempts || !isRetryable(error)) throw error;
      await delay(Math.random() * maxWaitMs * attempt);
    }
  }
}

async function runOnce<Result>(pool: SqlPool, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  // A connection whose rollback failed is in an unknown state: it is closed instead of returned.
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client as Sql);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((cause: unknown) => {
      broken = cause instanceof Error ? cause : new Error(String(cause));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && retryableStates.has(String(error.code));
}
