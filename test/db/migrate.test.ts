import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findDrift } from '@sightline/db/drift';
import { migrateDatabase, migrationStatus } from '@sightline/db/migrate';
import { migrationsDir, readMigrations, schemaDir } from '@sightline/db/migration-files';
import { createBlankDatabase, query, testCluster } from '../harness/database.ts';

const isMigrationError =
  (code: string, ...says: RegExp[]) =>
  (error: unknown) => {
    assert.equal((error as { code: string }).code, code);
    for (const text of says) assert.match((error as Error).message, text);
    return true;
  };

/** A folder of migrations that a test may add to. */
async function ownMigrations(files: Record<string, string> = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'sightline-migrations-'));
  const put = async (name: string, sql: string) => {
    await mkdir(join(dir, name), { recursive: true });
    await writeFile(join(dir, name, 'migration.sql'), sql);
  };
  for (const [name, sql] of Object.entries(files)) await put(name, sql);
  return { dir, put, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}

test('every migration applies to an empty database, once; a second run finds nothing to do', async () => {
  await using database = await createBlankDatabase();
  const names = (await readMigrations(migrationsDir)).map(({ name }) => name);
  assert.deepEqual(await migrationStatus(database.url), { applied: [], pending: names });
  assert.deepEqual(await migrateDatabase(database.url), names);
  assert.deepEqual(await migrateDatabase(database.url), []);
  assert.deepEqual(await migrationStatus(database.url), { applied: names, pending: [] });
  const recorded = await query(
    database.url,
    'SELECT migration_name, finished_at IS NOT NULL AS finished FROM _prisma_migrations ORDER BY 1',
  );
  assert.deepEqual(
    recorded,
    names.map((migration_name) => ({ migration_name, finished: true })),
  );
});

test('of several starters at once one applies, the others wait and then find nothing', async () => {
  await using database = await createBlankDatabase();
  const names = (await readMigrations(migrationsDir)).map(({ name }) => name);
  const applied = await Promise.all(Array.from({ length: 4 }, () => migrateDatabase(database.url)));
  assert.deepEqual(applied.flat(), names);
});

test('a migration that fails names its file, line and reason, and leaves nothing behind', async () => {
  await using database = await createBlankDatabase();
  await using own = await ownMigrations({
    '20260101000000_good': 'CREATE TABLE "kept" (id int);',
    '20260102000000_bad': 'CREATE TABLE "lost" (id int);\n\nINSERT INTO "nowhere" VALUES (1);',
  });
  const failing = migrateDatabase(database.url, { dir: own.dir });
  await assert.rejects(
    failing,
    isMigrationError('MIGRATION_FAILED', /20260102000000_bad\/migration\.sql:3/, /relation "nowhere" does not exist/),
  );
  const tables = await query(database.url, `SELECT tablename FROM pg_tables WHERE tablename IN ('kept', 'lost')`);
  assert.deepEqual(tables, [{ tablename: 'kept' }]);

  await own.put('20260102000000_bad', 'CREATE TABLE "lost" (id int);');
  assert.deepEqual(
    await migrateDatabase(database.url, { dir: own.dir }),
    ['20260102000000_bad'],
    'corrected, it goes on',
  );
});

test('functions and several statements with semicolons in them are one script', async () => {
  await using database = await createBlankDatabase();
  const sql = `CREATE FUNCTION answer() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 42; END; $$; SELECT ';';`;
  await using own = await ownMigrations({ '20260101000000_function': sql });
  await migrateDatabase(database.url, { dir: own.dir });
  assert.deepEqual(await query(database.url, 'SELECT answer()'), [{ answer: 42 }]);
});

test('a migration changed after it was applied is refused', async () => {
  await using database = await createBlankDatabase();
  await using own = await ownMigrations({ '20260101000000_first': 'CREATE TABLE "a" (id int);' });
  await migrateDatabase(database.url, { dir: own.dir });
  await own.put('20260101000000_first', 'CREATE TABLE "b" (id int);');
  await assert.rejects(
    migrateDatabase(database.url, { dir: own.dir }),
    isMigrationError('MIGRATION_EDITED', /20260101000000_first/),
  );
});

test('a database that newer code has migrated is refused, not touched', async () => {
  await using database = await createBlankDatabase();
  await using newer = await ownMigrations({ '20260101000000_a': 'SELECT 1;', '20260102000000_b': 'SELECT 2;' });
  await using older = await ownMigrations({ '20260101000000_a': 'SELECT 1;' });
  await migrateDatabase(database.url, { dir: newer.dir });
  await assert.rejects(
    migrateDatabase(database.url, { dir: older.dir }),
    isMigrationError('MIGRATION_UNKNOWN', /20260102000000_b/),
  );
});

test('a database that does not answer says where it was looked for', async () => {
  const nowhere = migrateDatabase('postgres://nobody@127.0.0.1:1/none');
  await assert.rejects(nowhere, isMigrationError('DATABASE_UNREACHABLE', /"none" at 127\.0\.0\.1:1/));
});

test('the committed migrations make exactly what the schema files say', async () => {
  assert.equal(await findDrift(testCluster()), null);
});

test('a change of the schema that no migration covers is found, as the SQL that is missing', async () => {
  await using folder = await ownMigrations();
  await cp(schemaDir, folder.dir, { recursive: true });
  await writeFile(join(folder.dir, 'extra.prisma'), 'model Extra {\n  id String @id\n}\n');
  const drift = await findDrift({ ...testCluster(), schema: folder.dir });
  assert.match(drift ?? '', /CREATE TABLE "Extra"/);
});
