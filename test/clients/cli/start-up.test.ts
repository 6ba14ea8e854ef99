import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../clients/cli/src/sightline.ts', import.meta.url));
const env = { ...process.env, SIGHTLINE_KEYCHAIN: 'off' };

/** Tells of every module that is loaded, on stderr. */
const telling = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({ load: (url, context, next) => (process.stderr.write(url + '\\n'), next(url, context)) });
`)}`;

test('help and wrong arguments are told without the SDK, or anything else of others', () => {
  for (const [args, code] of [
    [['--help'], 0],
    [['predict'], 2],
  ] as const) {
    const { status, stderr } = spawnSync(process.execPath, ['--import', telling, program, ...args], { env });
    assert.equal(status, code);
    const loaded = String(stderr)
      .split('\n')
      .filter((line) => line.startsWith('file:'));
    assert.ok(loaded.some((url) => url.endsWith('/clients/cli/src/run.ts')));
    assert.deepEqual(
      loaded.filter((url) => !url.includes('/clients/cli/src/')),
      [],
    );
  }
});

test('a failure is explained without the package for desktops', () => {
  const { status, stderr } = spawnSync(process.execPath, ['--import', telling, program, 'whoami'], {
    env: { ...env, SIGHTLINE_URL: 'http://127.0.0.1:9', SIGHTLINE_API_KEY: 'slk_0123456789abcdefghij' },
  });
  const said = String(stderr);
  assert.equal(status, 1);
  assert.match(said, /No server answers at/);
  assert.ok(said.includes('/clients/core/src/'));
  assert.ok(!said.includes('/clients/desktop/'));
});

test('a disk that is full is one line and a failure, without a stack', { skip: process.platform !== 'linux' }, () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [program, 'completion', 'bash'], {
    env,
    stdio: ['ignore', full, 'pipe'],
  });
  assert.deepEqual(
    [status, String(stderr)],
    [1, 'What was to be said could not be written: ENOSPC: no space left on device, write\n'],
  );
});
