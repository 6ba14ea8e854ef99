import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MigrationList, SchemaContainer } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { MigrationError } from './migration-error.ts';

/** Where the committed files lie. */
export const migrationsDir = fileURLToPath(new URL('../migrations', import.meta.url));
export const schemaDir = fileURLToPath(new URL('../schema', import.meta.url));

export type Migration = { /** `<timestamp>_<name>`; the order is the order of the names. */ name: string; sql: string };

/** Reads every `<name>/migration.sql`, oldest first. */
export async function readMigrations(dir: string): Promise<Migration[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(
    names.sort().map(async (name) => ({ name, sql: await readFile(join(dir, name, 'migration.sql'), 'utf8') })),
  );
}

/** The datamodel files of a folder, for the engine. */
export async function readSchema(dir: string): Promise<SchemaContainer[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.prisma')).sort();
  return Promise.all(names.map(async (name) => ({ path: name, content: await readFile(join(dir, name), 'utf8') })));
}

/** Migrations as the engine wants them. */
export function toMigrationList(dir: string, migrations: readonly Migration[]): MigrationList {
  return {
    baseDir: dir,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}

/** Writes a new migration after all others. Returns the path of its file. */
export async function writeMigration(dir: string, name: string, sql: string, now: Date): Promise<string> {
  if (!/^[a-z][a-z0-9_]{2,60}$/.test(name)) {
    throw new MigrationError(
      'MIGRATION_NAME_INVALID',
      `"${name}" is no name for a migration: 3 to 61 of a-z, 0-9 and _, beginning with a letter.`,
    );
  }
  const stamp = now.toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const folder = join(dir, `${stamp}_${name}`);
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'migration.sql');
  await writeFile(file, sql, { flag: 'wx' });
  return file;
}
