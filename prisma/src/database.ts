import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../generated/client/client.ts';

/** One pool, two ways in: Prisma for shapes, `pool` for the statements Prisma cannot say. */
export type Database = AsyncDisposable & { readonly prisma: PrismaClient; readonly pool: pg.Pool };

export type DatabaseOptions = {
  /** Most connections held open at once. */
  maxConnections?: number;
  /** How long a statement may run before PostgreSQL cancels it. */
  statementTimeoutMs?: number;
  /** Called when an idle connection breaks, as it does when PostgreSQL restarts. */
  onIdleError?: (error: Error) => void;
};

/** Opens a pool on `url` (`postgres://user:password@host:port/name`). Connects on first use. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: 5_000,
    statement_timeout: options.statementTimeoutMs ?? 10_000,
  });
  pool.on('error', options.onIdleError ?? (() => {}));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    prisma,
    pool,
    async [Symbol.asyncDispose]() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}
