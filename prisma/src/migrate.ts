import pg from 'pg';
import { defaultAppRole, ensureAppRole } from './app-role.ts';
import { MigrationError } from './migration-error.ts';
import { migrationsDir, readMigrations, toMigrationList } from './migration-files.ts';
import type { Migration } from './migration-files.ts';
import { noFilters, openSchemaEngine } from './schema-engine.ts';
import type { SchemaEngine } from './schema-engine.ts';

/** Any number nobody else uses for an advisory lock. */
const lockKey = '7305881246530171';
const lockTimeoutMs = 120_000;

export type MigrateOptions = {
  /** Told the name of each migration before it runs. */
  onApply?: (name: string) => void;
  /** Told once when another process is migrating and this one waits for it. */
  onWait?: () => void;
  /** Folder of the migrations; the committed ones unless a test says otherwise. */
  dir?: string;
  /** The role that row-level security holds back; null for none. */
  appRole?: string | null;
  /** Told once when that role is missing and may not be made by this login. */
  onAppRoleMissing?: (role: string) => void;
};

/**
 * Applies what is missing and returns the names. Safe to call from several processes at once: one works, the others wait
 * and find nothing left to do. Each migration is one transaction, so one that fails leaves nothing and may be corrected
 * and tried again. Throws MigrationError.
 */
export async function migrateDatabase(url: string, options: MigrateOptions = {}): Promise<string[]> {
  const dir = options.dir ?? migrationsDir;
  const migrations = await readMigrations(dir);
  await using lock = await lockMigrations(url, options.onWait);
  const { scripts, amendScript } = recordsItself(migrations);
  await using open = await openSchemaEngine(url, {
    amendScript: (script) => (scripts.has(script) ? amendScript(script) : script),
  });
  const { pending, failed } = await diagnose(open.engine, dir, migrations);
  for (const migrationName of failed) await open.engine.markMigrationRolledBack({ migrationName });
  for (const name of pending) {
    options.onApply?.(name);
    // One more each time, so that progress can be told between them.
    const upTo = migrations.slice(0, migrations.findIndex((migration) => migration.name === name) + 1);
    try {
      await open.engine.applyMigrations({ migrationsList: toMigrationList(dir, upTo), filters: noFilters });
    } catch (error) {
      throw failure(upTo.at(-1)!, open.scriptError, error);
    }
  }
  const { appRole = defaultAppRole } = options;
  if (appRole !== null && !(await ensureAppRole(lock.client, appRole))) options.onAppRoleMissing?.(appRole);
  return pending;
}

export type MigrationStatus = { applied: string[]; pending: string[] };

/** What a database has and lacks. Changes nothing. Throws MigrationError. */
export async function migrationStatus(url: string, dir: string = migrationsDir): Promise<MigrationStatus> {
  const migrations = await readMigrations(dir);
  await assertReachable(url);
  await using open = await openSchemaEngine(url);
  const { pending } = await diagnose(open.engine, dir, migrations);
  return { applied: migrations.map(({ name }) => name).filter((name) => !pending.includes(name)), pending };
}

async function diagnose(
  engine: SchemaEngine,
  dir: string,
  migrations: Migration[],
): Promise<{ pending: string[]; failed: string[] }> {
  const { editedMigrationNames, failedMigrationNames, history } = await engine.diagnoseMigrationHistory({
    migrationsList: toMigrationList(dir, migrations),
    optInToShadowDatabase: false,
    filters: noFilters,
  });
  const edited = editedMigrationNames.filter((name) => !failedMigrationNames.includes(name));
  if (edited.length > 0) {
    throw new MigrationError(
      'MIGRATION_EDITED',
      `Changed after it was applied to this database: ${edited.join(', ')}. ` +
        'Put the file back as it was and make a new migration: npm run db -- new <name>.',
    );
  }
  const unknown = history && 'unpersistedMigrationNames' in history ? history.unpersistedMigrationNames : [];
  if (unknown.length > 0) {
    throw new MigrationError(
      'MIGRATION_UNKNOWN',
      `This database was migrated by other code than this: it has ${unknown.join(', ')}. Start the newer version, or use another database.`,
    );
  }
  const unapplied = history && 'unappliedMigrationNames' in history ? history.unappliedMigrationNames : [];
  return { pending: [...new Set([...failedMigrationNames, ...unapplied])].sort(), failed: failedMigrationNames };
}

/**
 * The engine notes that a migration is done only after its script is. A crash in between would leave a finished
 * migration that looks failed; so each script marks itself as finished in its own transaction.
 */
function recordsItself(migrations: Migration[]): { scripts: Set<string>; amendScript: (script: string) => string } {
  const mark = `UPDATE "_prisma_migrations" SET "finished_at" = now() WHERE "finished_at" IS NULL AND "rolled_back_at" IS NULL;`;
  return { scripts: new Set(migrations.map(({ sql }) => sql)), amendScript: (script) => `${script}\n;${mark}` };
}

function failure({ name, sql }: Migration, said: pg.DatabaseError | null, cause: unknown): MigrationError {
  const line = said?.position ? `:${sql.slice(0, Number(said.position)).split('\n').length}` : '';
  const detail = [said?.message ?? (cause as Error).message.split('\n')[0], said?.detail, said?.hint]
    .filter(Boolean)
    .join(' ');
  return new MigrationError(
    'MIGRATION_FAILED',
    `Migration ${name} failed and left nothing behind.\n  migrations/${name}/migration.sql${line}: ${detail}${said?.code ? ` (${said.code})` : ''}\n` +
      'Correct it and start again; the earlier migrations stay applied.',
    { cause },
  );
}

/** Holds the lock on a connection of its own: PostgreSQL frees it when this process ends in whatever way. */
async function lockMigrations(url: string, onWait?: () => void): Promise<AsyncDisposable & { client: pg.Client }> {
  const client = await connect(url);
  try {
    await client.query(`SET lock_timeout = ${lockTimeoutMs}`);
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [lockKey]);
    if (!rows[0]?.locked) {
      onWait?.();
      await client.query('SELECT pg_advisory_lock($1)', [lockKey]);
    }
  } catch (error) {
    await client.end();
    if ((error as pg.DatabaseError).code !== '55P03') throw error;
    throw new MigrationError(
      'MIGRATION_BUSY',
      `Another process has been migrating this database for ${lockTimeoutMs / 1_000} s.`,
      { cause: error },
    );
  }
  return { client, [Symbol.asyncDispose]: () => client.end() };
}

async function assertReachable(url: string): Promise<void> {
  await (await connect(url)).end();
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, keepAlive: true });
  // The lock is lost with the connection; the engine's own then fails as well and says so.
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (cause) {
    await client.end().catch(() => {});
    const { host, port, database } = client;
    throw new MigrationError(
      'DATABASE_UNREACHABLE',
      `Cannot reach database "${database}" at ${host}:${port}: ${reason(cause)}`,
      { cause },
    );
  }
}

// A refused connection to "localhost" is one error per address, with no message of its own.
const reason = (error: unknown): string =>
  error instanceof AggregateError ? error.errors.map(reason).join(', ') : (error as Error).message;
