import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { writeRecord } from './record.ts';

test('a run is written down with what it ran on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-record-'));
  try {
    const path = join(folder, 'results', 'faults.json');
    await writeRecord(path, { seed: 7, rows: [] });
    const { versions, machine, ...result } = JSON.parse(await readFile(path, 'utf8'));
    assert.deepEqual(result, { seed: 7, rows: [] });
    assert.equal(versions.node, process.version);
    assert.match(versions.postgres, /^\d+\.\d+/);
    assert.ok('redis' in versions && 'commit' in versions);
    assert.ok(machine.cores > 0 && machine.memoryGb > 0 && machine.system.includes(process.platform));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a run of nothing ends with an empty table, what is missing from it, its file and 1', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-record-'));
  try {
    const path = join(folder, 'faults.json');
    const run = fileURLToPath(new URL('run.ts', import.meta.url));
    const env = { ...process.env, FAULTS_SEED: '7' };
    const { status, stdout } = spawnSync(process.execPath, [run, '--short', '--out', path, 'no-such-test'], {
      ...{ encoding: 'utf8', env, timeout: 120_000 },
    });
    assert.equal(status, 1);
    assert.match(stdout, /^No test file matches no-such-test\.$/m);
    assert.match(stdout, /^what +tried .*measured$/m);
    assert.match(stdout, /^seed 7, \d+ s, /m);
    const { exitCode, rows } = JSON.parse(await readFile(path, 'utf8'));
    assert.deepEqual({ exitCode, rows }, { exitCode: 2, rows: [] });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
