import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase, openRequestPool } from '@sightline/db/database';
import { createTestDatabase } from '../harness/database.ts';

test('PostgreSQL ends a transaction whose process stands still, and with it its locks', async () => {
  await using database = await createTestDatabase();
  await using usual = openDatabase(database.url);
  const requests = openRequestPool(database.url);
  for (const pool of [usual.pool, requests]) {
    const { rows } = await pool.query('show idle_in_transaction_session_timeout');
    assert.deepEqual(rows, [{ idle_in_transaction_session_timeout: '30s' }]);
  }
  await requests.end();

  // As an operator says it who wants another time.
  await using frozen = openDatabase(`${database.url}?idle_in_transaction_session_timeout=100`);
  const client = await frozen.pool.connect();
  await client.query('begin');
  await client.query('lock table "Organization"');
  // Answered by and by: nobody else can end it, because nobody says anything any more.
  await usual.pool.query('select count(*) from "Organization"');
  await assert.rejects(client.query('commit'));
  client.release(true);
});
