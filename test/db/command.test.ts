import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../harness/child-environment.ts';
import { createBlankDatabase, createTestDatabase, query } from '../harness/database.ts';

const cli = fileURLToPath(import.meta.resolve('@sightline/db/cli'));

function db(args: string[], databaseUrl: string): Promise<{ code: number; output: string }> {
  const env = { ...childEnvironment(), DATABASE_URL: databaseUrl };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, output: stdout + stderr });
    });
  });
}

test('migrate applies what is pending, and status then says so', async () => {
  await using database = await createBlankDatabase();
  const before = await db(['status'], database.url);
  assert.equal(before.code, 3);
  assert.match(before.output, /pending {2}\d{14}_first_concepts/);
  assert.match((await db(['migrate'], database.url)).output, /Applying \d{14}_first_concepts/);
  assert.match((await db(['migrate'], database.url)).output, /Nothing to apply/);
  const afterwards = await db(['status'], database.url);
  assert.equal(afterwards.code, 0, afterwards.output);
  assert.match(afterwards.output, /Up to date/);
});

test('reset leaves a database that is not ours alone, unless told twice', async () => {
  await using database = await createTestDatabase();
  await query(database.url, `INSERT INTO "Organization" (id, name) VALUES (gen_random_uuid(), 'One')`);
  const count = async () => (await query(database.url, 'SELECT count(*)::int AS n FROM "Organization"'))[0];
  const refused = await db(['reset'], database.url);
  assert.equal(refused.code, 2);
  assert.match(refused.output, /--yes/);
  assert.deepEqual(await count(), { n: 1 });
  assert.equal((await db(['reset', '--yes'], database.url)).code, 0);
  assert.deepEqual(await count(), { n: 0 });
});

test('seed makes the demo organization once', async () => {
  await using database = await createTestDatabase();
  assert.match((await db(['seed'], database.url)).output, /Made demo@sightline\.local/);
  assert.match((await db(['seed'], database.url)).output, /There already/);
  const made = await query(
    database.url,
    `SELECT u.email, m.role, f."lastSeq" FROM "User" u JOIN "Membership" m ON m."userId" = u.id
     JOIN "OrganizationFeed" f ON f."organizationId" = m."organizationId"`,
  );
  assert.deepEqual(made, [{ email: 'demo@sightline.local', role: 'OWNER', lastSeq: '0' }]);
});

test('a wrong command exits 2 and shows how it is used', async () => {
  for (const args of [['bogus'], [], ['new'], ['status', '--what']]) {
    const { code, output } = await db(args, 'postgres://nobody@127.0.0.1:1/none');
    assert.equal(code, 2, args.join(' '));
    assert.match(output, /npm run db -- <command>/);
  }
  assert.equal((await db(['--help'], '')).code, 0);
});
