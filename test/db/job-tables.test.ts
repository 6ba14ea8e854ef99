import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultAppRole } from '@sightline/db/app-role';
import { PgBoss } from 'pg-boss';
import { createTestDatabase, openTestPool } from '../harness/database.ts';

test('the queue starts on the tables of our migration, makes none itself, and enqueues in a transaction of ours', async () => {
  await using database = await createTestDatabase();
  await using pool = openTestPool(database.url);
  const executeSql = (text: string, values?: unknown[]) => pool.query(text, values);
  const boss = new PgBoss({
    db: { executeSql },
    migrate: false,
    createSchema: false,
    supervise: false,
    schedule: false,
  });
  try {
    await boss.start();
    const drift = await boss.detectSchemaDrift();
    assert.ok(drift.ok, JSON.stringify(drift));
    await boss.createQueue('dead');
    await boss.createQueue('greet', { retryLimit: 0, deadLetter: 'dead' });

    const client = await pool.connect();
    const db = { executeSql: (text: string, values?: unknown[]) => client.query(text, values) };
    for (const [name, end] of [
      ['nobody', 'rollback'],
      ['Ada', 'commit'],
    ] as const) {
      await client.query('begin');
      await boss.insert('greet', [{ data: { name } }], { db });
      await client.query(end);
    }
    client.release();
    const jobs = await boss.fetch<{ name: string }>('greet', { batchSize: 10 });
    assert.deepEqual(
      jobs.map(({ data }) => data),
      [{ name: 'Ada' }],
    );
    await boss.fail('greet', jobs[0]!.id, new Error('no voice'));
    const [dead] = await boss.findJobs<{ name: string }>('dead');
    assert.deepEqual(dead?.data, { name: 'Ada' }, 'what fails for good is kept with what it was about');

    const tenant = await pool.connect();
    await tenant.query(`set role ${defaultAppRole}`);
    await assert.rejects(tenant.query('select from pgboss.job'), { code: '42501' });
    tenant.release(true);
  } finally {
    await boss.stop({ graceful: false });
  }
});
