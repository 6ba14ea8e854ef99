import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../generated/client/client.ts';
import { scopeBatches } from './scoped-batches.ts';
import { SharedPool, TenantPool } from './tenant-pool.ts';
import type { TenantScope } from './tenant-pool.ts';

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
  return databaseOver(new SharedPool(poolConfig(url, options)), options);
}

export type TenantOptions = DatabaseOptions & {
  scope: TenantScope;
  /** The role to switch to; null when the login of `url` is that role. */
  role: string | null;
};

/** The same, held back by row-level security: whatever is asked shows the rows of the organization at work only. */
export function openTenantDatabase(url: string, { scope, role, ...options }: TenantOptions): Database {
  return databaseOver(new TenantPool({ ...poolConfig(url, options), scope, role }), options, scope);
}

/**
 * Connections for requests that hold one until they have their answer, so that they wait for nobody who waits for them.
 * Statements are sent without waiting for the ones before.
 */
export function openRequestPool(url: string, { onIdleError, ...options }: DatabaseOptions = {}): pg.Pool {
  const pool = new pg.Pool({ ...poolConfig(url, { maxConnections: 8, ...options }), pipeline: true });
  outliveConnections(pool, onIdleError);
  return pool;
}

/** A busy machine is no reason to give up before PostgreSQL would: it cuts statements, and this only what hangs between them. */
const transactionOptions = { maxWait: 10_000, timeout: 30_000 };

/**
 * How long a transaction may wait for its own process before PostgreSQL ends it: one that stands still, with its connections
 * open, would hold its locks for ever, and with them the feed of a whole organization. As long as Prisma waits itself.
 */
const idleInTransactionMs = transactionOptions.timeout;

const noScope: TenantScope = { organization: () => null, within: (_organization, work) => work() };

function poolConfig(url: string, options: DatabaseOptions): pg.PoolConfig {
  return {
    connectionString: url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: 5_000,
    statement_timeout: options.statementTimeoutMs ?? 10_000,
    idle_in_transaction_session_timeout: idleInTransactionMs,
  };
}

/**
 * A connection that breaks says so to whoever asked on it. It also says so as an event, which ends the process when nobody
 * listens, and a pool listens to idle ones only.
 */
function outliveConnections(pool: pg.Pool, onIdleError: (error: Error) => void = () => {}): void {
  pool.on('error', onIdleError);
  pool.on('connect', (client) => client.on('error', () => {}));
}

function databaseOver(pool: pg.Pool, { onIdleError }: DatabaseOptions, scope: TenantScope = noScope): Database {
  outliveConnections(pool, onIdleError);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool), transactionOptions });
  scopeBatches(prisma, scope);
  return {
    prisma,
    pool,
    async [Symbol.asyncDispose]() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}
