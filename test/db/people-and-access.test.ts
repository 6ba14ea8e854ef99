import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { migrateDatabase } from '@sightline/db/migrate';
import { migrationsDir } from '@sightline/db/migration-files';
import { createBlankDatabase, query } from '../harness/database.ts';

const isBefore = (name: string) => name < '20261121171859';

/** A folder with the migrations there were before people had accounts and roles had names. */
async function earlierMigrations() {
  const dir = await mkdtemp(join(tmpdir(), 'sightline-earlier-'));
  for (const name of (await readdir(migrationsDir)).filter(isBefore)) {
    await cp(join(migrationsDir, name), join(dir, name), { recursive: true });
  }
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}

const one = '11111111-1111-4111-8111-111111111111';
const two = '22222222-2222-4222-8222-222222222222';
const ada = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';

test('who was there before keeps their role under its new name, and the audit log becomes a chain', async () => {
  await using database = await createBlankDatabase();
  await using earlier = await earlierMigrations();
  await migrateDatabase(database.url, { dir: earlier.dir });
  await query(
    database.url,
    `INSERT INTO "Organization" (id, name) VALUES ('${one}', 'One'), ('${two}', 'Two');
     INSERT INTO "User" (id, email, name, "passwordHash") VALUES ('${ada}', 'ada@example.com', 'Ada', '$argon2id$');
     INSERT INTO "Membership" (id, "organizationId", "userId", role) VALUES
       (gen_random_uuid(), '${one}', '${ada}', 'MEMBER'), (gen_random_uuid(), '${two}', '${ada}', 'OBSERVER');
     INSERT INTO "AuditEntry" (id, "organizationId", "actorUserId", action, "requestId", at)
       SELECT gen_random_uuid(), o::uuid, '${ada}', 'createSource', 'r' || n, now() + n * interval '1 second'
       FROM generate_series(1, 3) n, unnest(ARRAY['${one}', '${two}']) o;`,
  );
  await migrateDatabase(database.url);

  const roles = await query(database.url, 'SELECT role::text FROM "Membership" ORDER BY "organizationId"');
  assert.deepEqual(roles, [{ role: 'OPERATOR' }, { role: 'VIEWER' }]);
  // One more, to see that what comes now goes on where the old ones end; and one of no organization.
  await query(
    database.url,
    `INSERT INTO "AuditEntry" (id, "organizationId", action, "requestId") VALUES
       (gen_random_uuid(), '${one}', 'signIn', 'r4'), (gen_random_uuid(), null, 'requestPasswordReset', 'r5')`,
  );
  const chains = await query(
    database.url,
    `SELECT "chainId", array_agg("requestId" ORDER BY seq) AS requests, array_agg(seq::int ORDER BY seq) AS numbers,
       bool_and("previousHash" = coalesce(before, decode(repeat('00', 32), 'hex'))) AS linked,
       bool_and(hash = audit_entry_hash(e)) AS true
     FROM (SELECT a AS e, a.*, lag(hash) OVER (PARTITION BY "chainId" ORDER BY seq) AS before FROM "AuditEntry" a) x
     GROUP BY "chainId" ORDER BY "chainId"`,
  );
  const whole = { linked: true, true: true };
  assert.deepEqual(chains, [
    { chainId: '00000000-0000-0000-0000-000000000000', requests: ['r5'], numbers: [1], ...whole },
    { chainId: one, requests: ['r1', 'r2', 'r3', 'r4'], numbers: [1, 2, 3, 4], ...whole },
    { chainId: two, requests: ['r1', 'r2', 'r3'], numbers: [1, 2, 3], ...whole },
  ]);
});
