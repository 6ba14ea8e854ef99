import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrateDatabase } from './migrate.ts';
import { migrationsDir, readSchema, schemaDir } from './migration-files.ts';
import { noFilters, openSchemaEngine } from './schema-engine.ts';
import { startThrowawayCluster } from './throwaway-cluster.ts';

export type DriftOptions = {
  /** A cluster where databases may be made and dropped. Without one, a throwaway cluster is started for the moment. */
  adminUrl?: string;
  migrations?: string;
  schema?: string;
};

/**
 * SQL that would bring what the migrations make to what the schema files say; null when they agree.
 *
 * The migrations are really run on an empty database and that database is compared. Comparing with a stored copy of
 * the last schema would be quicker, and would believe that every migration does what its author meant: most contain
 * SQL written by hand. What Prisma cannot say (checks, triggers, functions) is not compared.
 */
export async function findDrift(options: DriftOptions = {}): Promise<string | null> {
  if (!options.adminUrl) {
    await using cluster = await startThrowawayCluster();
    return await findDrift({ ...options, adminUrl: cluster.adminUrl });
  }
  await using scratch = await createScratchDatabase(options.adminUrl);
  await migrateDatabase(scratch.url, { dir: options.migrations ?? migrationsDir });
  await using open = await openSchemaEngine(scratch.url);
  const files = await readSchema(options.schema ?? schemaDir);
  const { exitCode, stdout } = await open.engine.diff({
    from: { tag: 'schemaDatasource', files, configDir: options.schema ?? schemaDir },
    to: { tag: 'schemaDatamodel', files },
    script: true,
    exitCode: true,
    filters: noFilters,
  });
  return exitCode === 2 ? stdout : null;
}

async function createScratchDatabase(adminUrl: string): Promise<{ url: string } & AsyncDisposable> {
  const name = `scratch_${randomBytes(6).toString('hex')}`;
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  await execute(adminUrl, `CREATE DATABASE ${name}`);
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => execute(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
