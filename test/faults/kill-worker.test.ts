import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inTransaction } from '@sightline/server/transaction';
import { openQueueProcess } from '../api/jobs/queue-world.ts';
import { createTestDatabase, query } from '../harness/database.ts';
import { isLong, report } from './report.ts';
import { chanceOf } from './seed.ts';

const file = fileURLToPath(new URL('job-worker.ts', import.meta.url));
const [jobCount, kills] = isLong ? [10_000, 50] : [200, 2];
const poisonEvery = 100;
const retries = 5;
const patient = { timeout: 1_800_000 };

async function startWorker(databaseUrl: string) {
  const env = { ...process.env, FAULTS_DATABASE_URL: databaseUrl, FAULTS_RETRIES: String(retries) };
  const child = fork(file, { env, stdio: 'inherit' });
  await once(child, 'message');
  return child;
}

test(
  `a worker killed ${kills} times over ${jobCount} jobs, one in ${poisonEvery} poison: each is done once or dead, none is stuck`,
  patient,
  async () => {
    const startedAt = performance.now();
    const chance = chanceOf('kill-worker');
    await using database = await createTestDatabase();
    await using sender = await openQueueProcess(database.url);
    const count = async (statement: string) => Number((await query(database.url, statement))[0]?.['count']);
    await query(database.url, 'create table faults_effect (number int primary key)');
    await query(database.url, 'create table faults_try (number int, attempt int)');
    // How often a job is tried is known to the queue once somebody does such jobs.
    let child = await startWorker(database.url);
    for (let first = 0; first < jobCount; first += 100) {
      await inTransaction(sender.pool, async (sql) => {
        for (let number = first; number < first + 100; number += 1) {
          const job = { organizationId: null, number, isPoison: number % poisonEvery === 0 };
          await sender.queue.enqueue(sql, 'effect', job);
        }
      });
    }
    sender.outbox.kick();

    for (let kill = 1; kill <= kills; kill += 1) {
      const before = await count('select count(*) from faults_try');
      // In the middle of something, if there still is anything to do.
      const share = Math.floor(jobCount / (kills * 3));
      const waitingSince = performance.now();
      while (performance.now() - waitingSince < 2_000) {
        if ((await count('select count(*) from faults_try')) > before + share) break;
        await delay(20);
      }
      await delay(chance.between(0, 15));
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      child = await startWorker(database.url);
    }
    const poison = Math.ceil(jobCount / poisonEvery);
    const settled = async () =>
      (await count('select count(*) from faults_effect')) +
      (await count(`select count(*) from pgboss.job where name = 'dead'`));
    const open = `select count(*) from pgboss.job where name <> 'dead' and state in ('created', 'retry', 'active')`;
    const unsettled = () => count(`${open} and data->>'number' is not null`);
    const deadline = performance.now() + (isLong ? 600_000 : 120_000);
    // What a job does is there a moment before the queue knows that it is done.
    while (((await settled()) < jobCount || (await unsettled()) > 0) && performance.now() < deadline) await delay(200);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;

    const done = await count('select count(*) from faults_effect');
    const dead = await count(`select count(*) from pgboss.job where name = 'dead'`);
    const mostTries = await count('select coalesce(max(attempt), 0) as count from faults_try');
    const stuck = await unsettled();
    report(
      'jobs: worker killed',
      {
        tried: jobCount,
        injected: kills,
        lost: Math.max(0, jobCount - poison - done),
        duplicated: Math.max(0, done + dead - jobCount),
        stuck: Math.max(stuck, jobCount - done - dead),
      },
      { seconds: (performance.now() - startedAt) / 1_000, dead, mostTries },
    );
    assert.deepEqual({ done, dead, stuck }, { done: jobCount - poison, dead: poison, stuck: 0 });
    assert.ok(mostTries <= retries + 1, `${mostTries} tries`);
  },
);
