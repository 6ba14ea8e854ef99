import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { patienceMs } from '../harness/until.ts';
import { startFakeServer } from './fake-server.ts';

const command = fileURLToPath(new URL('../../clients/cli/src/demo.ts', import.meta.url));

/** Runs the demo as somebody at a shell does. */
function demo(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...args], { timeout: patienceMs }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    );
  });
}

const signedIn = {
  data: {
    signIn: {
      __typename: 'SignInPayload',
      token: 't',
      expiresAt: '2030-01-01T00:00:00.000Z',
      viewer: { user: { name: 'Demo' }, organization: { name: 'Demo organization' } },
    },
  },
};

test('--help says what it does; unknown options and two sources are one clear line', async () => {
  const help = await demo('--help');
  assert.equal(help.code, 0);
  assert.match(help.out, /npm run demo -- \[folder\|file\]/);
  for (const args of [
    ['--frames', '3'],
    ['one', 'two'],
  ]) {
    const { code, err } = await demo(...args);
    assert.equal(code, 1);
    assert.match(err, /^[^\n]+\n$/);
  }
});

test('a server that is not there, and one that is not ours, say what to do', async () => {
  const gone = await startFakeServer();
  await gone[Symbol.asyncDispose]();
  const { code, err } = await demo('--url', gone.url);
  assert.equal(code, 1);
  assert.equal(err, `No server answers at ${gone.url}. Start one with: npm start\n`);

  await using other = await startFakeServer();
  other.reply({ status: 404, text: '<h1>not here</h1>' });
  assert.match((await demo('--url', other.url)).err, /^What answers at .+ is not a Sightline server\..+\n$/);
});

test('a wrong login names who could not sign in', async () => {
  await using server = await startFakeServer();
  const refused = { __typename: 'CredentialsInvalidError', code: 'CREDENTIALS_INVALID', message: 'Wrong.' };
  server.reply({ data: { signIn: refused } });
  const { code, err } = await demo('--url', server.url, '--email', 'me@example.com');
  assert.equal(code, 1);
  assert.match(err, /^me@example\.com cannot sign in: .+--password\.\n$/);
});

test('a missing folder, one without pictures and a file that is neither picture nor video name themselves', async () => {
  await using server = await startFakeServer();
  server.reply(signedIn);
  const folder = await mkdtemp(join(tmpdir(), 'sightline-empty-'));
  try {
    await writeFile(join(folder, 'notes.txt'), 'no picture');
    const mistakes = [
      [join(folder, 'missing'), /^There is no .+missing\. .+\n$/],
      [folder, /^There are no pictures in .+\n$/],
      [join(folder, 'notes.txt'), /^.+notes\.txt is neither a picture nor a video.+\n$/],
    ] as const;
    for (const [source, expected] of mistakes) {
      const { code, err } = await demo(source, '--url', server.url);
      assert.equal(code, 1);
      assert.match(err, expected);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
