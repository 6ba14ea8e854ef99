import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startEmbedded } from '@sightline/db/embedded';
import type { EmbeddedPostgres } from '@sightline/db/embedded';
import pg from 'pg';
import { query } from '../harness/database.ts';

const forgetful = { fsync: 'off' };

describe('the embedded PostgreSQL', () => {
  let dataDir: string;
  const start = () => startEmbedded({ dataDir, settings: forgetful });

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'sightline-embedded-'));
    await chmod(dataDir, 0o711);
    await using database = await start();
    assert.equal(database.adopted, false);
    await query(database.url, 'CREATE TABLE kept (word text)');
    await query(database.url, `INSERT INTO kept VALUES ('still here')`);
  });
  after(() => rm(dataDir, { recursive: true, force: true }));

  const assertKept = async ({ url }: EmbeddedPostgres) =>
    assert.deepEqual(await query(url, 'SELECT word FROM kept'), [{ word: 'still here' }]);

  test('asks for a password that only the owner can read, and answers on this machine only', async () => {
    await using database = await start();
    await assertKept(database);
    assert.equal((await stat(join(dataDir, 'secrets.json'))).mode & 0o777, 0o600);
    const wrong = new URL(database.url);
    wrong.password = 'guess';
    await assert.rejects(query(wrong.href, 'SELECT 1'), { code: '28P01' });
    assert.deepEqual(await query(database.url, 'SHOW listen_addresses'), [{ listen_addresses: '127.0.0.1' }]);
  });

  test('one whose starter was killed is taken over: the same process, the same data', async () => {
    const starter = spawn(process.execPath, ['--input-type=module', '-e', starterCode, dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [pid] = (await once(starter.stdout, 'data')) as [Buffer];
    const gone = once(starter, 'exit');
    starter.kill('SIGKILL');
    await gone;
    await using database = await start();
    assert.deepEqual([database.adopted, database.pid], [true, Number(pid.toString())]);
    await assertKept(database);
  });

  test('several starters at once end up with one', async () => {
    const all = await Promise.all([start(), start(), start()]);
    assert.equal(new Set(all.map(({ pid }) => pid)).size, 1);
    await all[0].stop();
  });

  test('killed itself, it comes back with everything', async () => {
    const first = await start();
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    await using second = await start();
    assert.equal(second.adopted, false);
    await assertKept(second);
  });

  test('a pid file whose number belongs to another program by now does not keep it from starting', async () => {
    const first = await start();
    const pidFile = join(first.clusterDir, 'postmaster.pid');
    const text = await readFile(pidFile, 'utf8');
    await first.stop();
    await writeFile(pidFile, text.replace(/^\d+/, String(process.pid)));
    await using second = await start();
    assert.equal(second.adopted, false);
    await assertKept(second);
  });

  test('stopping ends the process, also when somebody is connected', async () => {
    const database = await start();
    const guest = new pg.Client({ connectionString: database.url });
    guest.on('error', () => {});
    await guest.connect();
    const cut = new Promise<void>((resolve) => void guest.once('end', resolve));
    await database.stop();
    await Promise.all([cut, database.exited]);
    assert.throws(() => process.kill(database.pid, 0), { code: 'ESRCH' });
  });

  test('a password file that is not the one of the database says so', async () => {
    const file = join(dataDir, 'secrets.json');
    const text = await readFile(file, 'utf8');
    await rm(file);
    try {
      await assert.rejects(start(), { code: 'POSTGRES_PASSWORD_WRONG' });
    } finally {
      await writeFile(file, text, { mode: 0o600 });
      await (await start()).stop();
    }
  });
});

const starterCode = `
  import { startEmbedded } from ${JSON.stringify(import.meta.resolve('@sightline/db/embedded'))};
  const { pid } = await startEmbedded({ dataDir: process.argv[1], settings: { fsync: 'off' } });
  console.log(pid);
  setInterval(() => {}, 1000);
`;
