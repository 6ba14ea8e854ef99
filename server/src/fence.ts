import { openTenantDatabase } from '@sightline/db/database';
import type { Database } from '@sightline/db/database';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { tenantScope } from './tenancy.ts';

export type Fence = {
  /** For work of one organization. Without the fence the same as for all other work. */
  tenant: Database;
  state: 'on' | 'off';
};

type Deps = { config: Pick<Config, 'databaseUrl' | 'rowSecurity'>; system: Database; log: Logger };

/** Holds back a connection that may read what it should not, and one that cannot read what it should. */
const probeSql = `select row_security_active('"Source"') as "isHeldBack",
  has_table_privilege('"Source"', 'SELECT') as "mayRead"`;

/** PostgreSQL's words for a role that is not there or not allowed, and for tables that are not there. */
const missingStates = new Set(['22023', '42501', '42704', '42P01']);

/**
 * Opens the database behind row-level security, see docs/adr/0008-second-fence.md. Where that is not possible `auto`
 * goes without and says so; `required` throws.
 */
export async function openFence({ config, system, log }: Deps): Promise<Fence> {
  const { mode, role, url } = config.rowSecurity;
  // A login of its own says that the fence is meant.
  const isRequired = mode === 'required' || url !== null;
  if (mode === 'off') return without(system);
  const tenant = openTenantDatabase(url ?? config.databaseUrl, {
    scope: tenantScope,
    role: url === null ? role : null,
    onIdleError: (err) => log.warn({ err }, 'database connection lost'),
  });
  await using opening = new AsyncDisposableStack();
  opening.use(tenant);
  const reason = await whyNot(tenant);
  if (reason === null) {
    opening.move();
    return { tenant, state: 'on' };
  }
  if (isRequired) throw new Error(`ROW_SECURITY is required, and there is none: ${reason}`);
  log.warn({ role, reason }, 'row security is off: the database does not keep organizations apart by itself');
  return without(system);
}

async function whyNot({ pool }: Database): Promise<string | null> {
  try {
    const { rows } = await pool.query<{ isHeldBack: boolean; mayRead: boolean }>(probeSql);
    if (!rows[0]?.isHeldBack) return 'this login sees every row whatever the policies say';
    return rows[0].mayRead ? null : 'the role has no rights yet: migrate once more';
  } catch (error) {
    // A database that cannot be reached says nothing about roles.
    if (error instanceof Error && 'code' in error && missingStates.has(String(error.code))) return error.message;
    throw error;
  }
}

/** The same connections; closing them is the owner's. */
function without({ prisma, pool }: Database): Fence {
  return { tenant: { prisma, pool, async [Symbol.asyncDispose]() {} }, state: 'off' };
}
