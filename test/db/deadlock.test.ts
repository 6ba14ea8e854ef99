import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import { troubleOf } from '@sightline/server/errors/of-database';
import { createTestDatabase } from '../harness/database.ts';

test('of two that wait for each other one is told to try again, and the other gets through', async () => {
  await using own = await createTestDatabase();
  await using database = openDatabase(own.url);
  const { prisma, pool } = database;
  const ids = [randomUUID(), randomUUID()] as const;
  for (const id of ids) {
    await pool.query('insert into "Organization" ("id", "name", "planCode") values ($1, \'tenant\', \'free\')', [id]);
  }
  const bothHold = Promise.withResolvers<void>();
  let holding = 0;
  const renameBoth = (first: string, second: string) =>
    prisma.$transaction(async (sql) => {
      await sql.organization.update({ where: { id: first }, data: { name: 'renamed' } });
      if ((holding += 1) === 2) bothHold.resolve();
      await bothHold.promise;
      await sql.organization.update({ where: { id: second }, data: { name: 'renamed' } });
    });
  const ended = await Promise.allSettled([renameBoth(ids[0], ids[1]), renameBoth(ids[1], ids[0])]);
  const refused = ended.flatMap((each) => (each.status === 'rejected' ? [troubleOf(each.reason)?.code] : []));
  assert.deepEqual(refused, ['SERVICE_UNAVAILABLE']);
});
