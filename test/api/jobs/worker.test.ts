import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../harness/child-environment.ts';
import { createTestDatabase, query } from '../../harness/database.ts';
import { createFakeInference, frame, opened } from '../../harness/fake-inference.ts';
import { signUp } from '../../harness/people.ts';
import { serviceToken, startTestServer } from '../../harness/server.ts';
import { createSource, startSession, waitForSession } from '../../harness/sources.ts';
import { until } from '../../harness/until.ts';
import { openQueueProcess } from './queue-world.ts';

const pathOf = (name: string) => fileURLToPath(new URL(`../../../server/src/${name}`, import.meta.url));

/** A program of ours, as a shell runs it. */
function run(name: string, env: Record<string, string>, ...args: string[]) {
  const child = spawn(process.execPath, [pathOf(name), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...childEnvironment(), ...env },
  });
  const said = { text: '' };
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece) => (said.text += String(piece)));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, text: said.text }));
  return { child, said, ended };
}

test('a server with WORKER=off leaves sessions to a worker alone, and a session it stops goes back', async () => {
  const [idle, fake] = [createFakeInference(), createFakeInference()];
  await using server = await startTestServer({ inference: idle.inference, env: { WORKER: 'off' } });
  const person = await signUp(server);
  const id = await startSession(server, person, await createSource(server, person));
  const { databaseUrl, sourceDirectory } = server;
  const env = { INTERNAL_URL: server.url, DATA_DIR: sourceDirectory, SOURCE_DIRS: sourceDirectory };
  await using _worker = await startTestServer({
    databaseUrl,
    inference: fake.inference,
    env,
    ports: { listens: false },
  });
  (await fake.nextRun()).send(opened, frame(0), { type: 'ended' });
  await waitForSession(server, person, id, ({ state }) => state === 'COMPLETED');
  const [row] = await query(databaseUrl, 'select "attemptCount" from "Session"');
  assert.equal(row?.['attemptCount'], 1, 'the server itself never took it');
});

test('the worker program says what it misses, does jobs and schedules, and stops when it is told', async () => {
  const env = { SERVICE_TOKEN: serviceToken, SIGNING_KEY: 'signing-key-for-tests-0123456789abcdefgh' };
  await using database = await createTestDatabase();
  const missing = await run('worker.ts', { ...env, DATABASE_URL: database.url }).ended;
  assert.equal(missing.code, 1);
  assert.match(missing.text, /INTERNAL_URL: is required/);
  const worker = run('worker.ts', { ...env, DATABASE_URL: database.url, INTERNAL_URL: 'http://127.0.0.1:9' });
  try {
    await until(() => worker.said.text.includes('worker working') || worker.child.exitCode !== null);
    assert.doesNotMatch(worker.said.text, /listening/);
    worker.child.kill('SIGTERM');
    assert.equal((await worker.ended).code, 0, worker.said.text);
  } finally {
    worker.child.kill('SIGKILL');
  }
});

test('an operator lists, retries and cancels from a shell, and each act is in the log of nobody', async () => {
  await using database = await createTestDatabase();
  await using one = await openQueueProcess(database.url);
  one.queue.handle('sour', () => Promise.reject(new Error('no luck')), { retries: 0 });
  await one.queue.start();
  const [first, second] = [await one.add('sour'), await one.add('sour')];
  await until(() => one.ends.length === 2);
  const jobs = (...args: string[]) => run('cli/jobs.ts', { DATABASE_URL: database.url }, ...args).ended;
  const dead = await jobs('dead');
  assert.equal(dead.code, 0, dead.text);
  for (const id of [first, second]) assert.match(dead.text, new RegExp(`${id}  failed  sour .* Error: no luck`));
  assert.match((await jobs('cancel', second)).text, new RegExp(`${second}  canceled`));
  assert.match((await jobs('retry', '--all')).text, new RegExp(`${first}  waiting`));
  await until(() => one.ends.length === 3);
  assert.equal((await jobs('retry', second.replace(/^./, 'f'))).code, 1);
  assert.equal((await jobs('retry')).code, 2);
  const entries = await query(
    database.url,
    'select "action", "organizationId", "targetId" from "AuditEntry" order by "id"',
  );
  assert.deepEqual(
    entries.map(({ action, organizationId, targetId }) => [action, organizationId, targetId]),
    [
      ['cancelJob', null, second],
      ['retryJob', null, first],
    ],
  );
});
