import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { until } from '../harness/until.ts';
import { createDataDir, processesOn, startLauncher } from './launcher.ts';
import type { Launcher } from './launcher.ts';

const linuxOnly = process.platform === 'linux' ? false : 'reads /proc';

const addressOf = async (launcher: Launcher) => (await launcher.says(/GraphQL +(http:\S+)\/graphql/))[1] ?? '';

async function graphql(url: string, query: string, token?: string): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query }),
  });
  return ((await response.json()) as { data: unknown }).data;
}

/** Longer than a process takes that leaves without waiting for what does not end: ten seconds. */
const leavingMsMax = 15_000;

/** Waits until nothing of this folder runs any more, except what matches `apartFrom`. */
async function assertNothingLeft(dataDir: string, apartFrom = /^$/): Promise<void> {
  const deadline = performance.now() + leavingMsMax;
  for (;;) {
    const left = (await processesOn(dataDir)).filter(({ command }) => !apartFrom.test(command));
    if (left.length === 0) return;
    if (performance.now() > deadline) assert.fail(`still running:\n${left.map(({ command }) => command).join('\n')}`);
    await delay(50);
  }
}

describe('npm start', { skip: linuxOnly, concurrency: false }, () => {
  test('starts everything; Ctrl-C leaves nothing within five seconds; the next start has everything', async () => {
    await using data = await createDataDir();
    const first = startLauncher(data.path);
    const url = await addressOf(first);
    const input = `{email:"a@b.test",password:"correct horse",name:"A",organizationName:"Kept"}`;
    const signUp = `mutation { signUp(input: ${input}) { ... on SignUpPayload { token } } }`;
    const { token } = ((await graphql(url, signUp)) as { signUp: { token: string } }).signUp;
    const stopped = await first.stop('SIGINT');
    assert.equal(stopped.code, 0, first.output());
    assert.ok(stopped.ms < 5_000, `took ${stopped.ms} ms`);
    await assertNothingLeft(data.path);

    const second = startLauncher(data.path);
    const viewer = await graphql(await addressOf(second), '{ viewer { organization { name } } }', token);
    assert.deepEqual(viewer, { viewer: { organization: { name: 'Kept' } } });
    assert.equal((await second.stop('SIGTERM')).code, 0);
    await assertNothingLeft(data.path);
  });

  test('a second one on the same data folder is told who is there', async () => {
    await using data = await createDataDir();
    const first = startLauncher(data.path);
    await first.says(/PostgreSQL/);
    const second = startLauncher(data.path);
    assert.equal(await second.exited, 1);
    assert.match(second.output(), new RegExp(`in use by npm start \\(pid ${first.child.pid}\\)`));
    await first.stop('SIGHUP');
    await assertNothingLeft(data.path);
  });

  test('killed, it takes its processes along; PostgreSQL is taken over by the next start', async () => {
    await using data = await createDataDir();
    const first = startLauncher(data.path);
    await addressOf(first);
    await first.stop('SIGKILL');
    await assertNothingLeft(data.path, /postgres/);
    const second = startLauncher(data.path);
    await addressOf(second);
    assert.match(second.output(), /taken over/);
    await second.stop('SIGINT');
    await assertNothingLeft(data.path);
  });

  test('a server that dies is started again, on the same address', async () => {
    await using data = await createDataDir();
    const launcher = startLauncher(data.path);
    const url = await addressOf(launcher);
    const server = (await processesOn(data.path)).find(({ command }) => command.endsWith('server/src/main.ts'));
    process.kill(server?.pid ?? 0, 'SIGKILL');
    await launcher.says(/The server ended by SIGKILL; starting it again \(1 of 5/);
    const isBack = async () => (await fetch(`${url}/health/ready`).catch(() => null))?.ok ?? false;
    await until(isBack);
    await launcher.stop('SIGINT');
    await assertNothingLeft(data.path);
    const log = await readFile(join(data.path, 'logs', 'server.log'), 'utf8');
    for (const line of log.trim().split('\n')) JSON.parse(line);
  });

  for (const moment of [/Sightline/, /Creating the database/, /PostgreSQL {2,}/, /Migrations {2,}/]) {
    test(`Ctrl-C while starting, after "${moment.source}", leaves nothing`, async () => {
      await using data = await createDataDir();
      const launcher = startLauncher(data.path);
      await launcher.says(moment);
      const { code, ms } = await launcher.stop('SIGINT');
      assert.equal(code, 0, launcher.output());
      assert.ok(ms < 5_000, `took ${ms} ms`);
      await assertNothingLeft(data.path);
    });
  }

  test('where others can reach it, the password that everybody knows opens nothing', async () => {
    await using data = await createDataDir();
    const signIn = `mutation { signIn(input: {email:"demo@sightline.local",password:"sightline-demo"}) { __typename } }`;
    for (const [host, outcome] of [
      ['127.0.0.1', 'SignInPayload'],
      ['0.0.0.0', 'CredentialsInvalidError'],
    ] as const) {
      const launcher = startLauncher(data.path, { HOST: host }, host === '127.0.0.1' ? [] : ['--no-demo']);
      assert.deepEqual(await graphql(await addressOf(launcher), signIn), { signIn: { __typename: outcome } });
      await launcher.stop('SIGINT');
    }
  });

  test('a taken port is named, and nothing is started', async () => {
    await using data = await createDataDir();
    const occupant = createServer();
    await once(occupant.listen(0, '127.0.0.1'), 'listening');
    const { port } = occupant.address() as AddressInfo;
    const launcher = startLauncher(data.path, { PORT: String(port) });
    assert.equal(await launcher.exited, 1);
    assert.match(
      launcher.output(),
      new RegExp(`Port ${port} is taken by .*\\(pid ${process.pid}\\).*PORT=${port + 10}`),
    );
    occupant.close();
    await assertNothingLeft(data.path);
  });

  test('a configuration that cannot work lists everything that is wrong and exits 1', async () => {
    await using data = await createDataDir();
    const launcher = startLauncher(data.path, {
      PORT: 'abc',
      DATABASE_URL: 'mysql://x',
      SOURCE_DIRS: '/does/not/exist',
    });
    assert.equal(await launcher.exited, 1);
    for (const name of ['PORT', 'DATABASE_URL', 'SOURCE_DIRS'])
      assert.match(launcher.output(), new RegExp(`^ {2}${name}: `, 'm'));
  });

  test('a database that does not answer says where it was looked for, and nothing is left', async () => {
    await using data = await createDataDir();
    const launcher = startLauncher(data.path, { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    assert.equal(await launcher.exited, 1);
    assert.match(launcher.output(), /Cannot reach database "none" at 127\.0\.0\.1:1/);
    await assertNothingLeft(data.path);
  });
});
