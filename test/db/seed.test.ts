import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import { demoLogin, lockDemo, seedDemo } from '@sightline/db/seed';
import { createTestDatabase, query } from '../harness/database.ts';

/** Shows in the row which password was hashed. */
const options = { hashPassword: async (password: string) => `hash of ${password}` };

test('the demo is made once, by however many start at the same time, and its shown password works again after a lock', async () => {
  await using blank = await createTestDatabase();
  await using database = openDatabase(blank.url);
  const hash = async () =>
    (await query(blank.url, 'SELECT "passwordHash" FROM "User"')).map((row) => row['passwordHash']);

  await lockDemo(database, options);
  assert.deepEqual(await hash(), [], 'locking makes nothing');
  const made = await Promise.all([1, 2, 3].map(() => seedDemo(database, options)));
  assert.deepEqual(made.filter(Boolean), [true]);
  assert.equal((await query(blank.url, 'SELECT FROM "Organization"')).length, 1);

  await lockDemo(database, options);
  assert.notDeepEqual(await hash(), [`hash of ${demoLogin.password}`]);
  assert.equal(await seedDemo(database, options), false);
  assert.deepEqual(await hash(), [`hash of ${demoLogin.password}`]);
});
