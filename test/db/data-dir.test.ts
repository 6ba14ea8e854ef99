import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { lockDataDir } from '@sightline/db/data-dir-lock';
import { ensureSecrets } from '@sightline/db/secrets';

async function ownFolder() {
  const path = await mkdtemp(join(tmpdir(), 'sightline-data-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const holderCode = `
  import { lockDataDir } from ${JSON.stringify(import.meta.resolve('@sightline/db/data-dir-lock'))};
  globalThis.lock = await lockDataDir(process.argv[1], 'a test');
  console.log('locked');
  setInterval(() => {}, 1000);
`;

test('a data folder has one master, the second is told who; a killed master holds nothing', async () => {
  await using folder = await ownFolder();
  const holder = spawn(process.execPath, ['--input-type=module', '-e', holderCode, folder.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  const busy = { code: 'DATA_DIR_BUSY', message: new RegExp(`a test \\(pid ${holder.pid}\\)`) };
  await assert.rejects(lockDataDir(folder.path, 'another'), busy);
  const gone = once(holder, 'exit');
  holder.kill('SIGKILL');
  await gone;
  using lock = await lockDataDir(folder.path, 'another');
  assert.ok(lock);
});

test('secrets are made once, each its own, and new ones join the old', async () => {
  await using folder = await ownFolder();
  const { one } = await ensureSecrets(folder.path, ['one']);
  const both = await ensureSecrets(folder.path, ['one', 'two']);
  assert.equal(both.one, one);
  assert.notEqual(both.two, one);
  assert.ok(both.two.length >= 43, '256 bits');
});

test('a damaged secrets file is never replaced: the database could not be opened any more', async () => {
  await using folder = await ownFolder();
  const file = join(folder.path, 'secrets.json');
  await writeFile(file, '{"one": ');
  await assert.rejects(ensureSecrets(folder.path, ['one']), /damaged/);
  assert.equal(await readFile(file, 'utf8'), '{"one": ');
});
