import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from '@sightline/core';
import type { DesktopOptions } from '@sightline/desktop';
import { query } from '../../harness/database.ts';
import { signUp, uuidOf } from '../../harness/people.ts';
import { serviceToken, startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource } from '../../harness/sources.ts';
import { until } from '../../harness/until.ts';
import { startSidecar } from '../../inference/sidecar.ts';
import type { TestSidecar } from '../../inference/sidecar.ts';

const program = fileURLToPath(new URL('desktop-app.ts', import.meta.url));
let server: TestServer;
let cloud: TestSidecar;
let folder: string;
before(async () => {
  server = await startTestServer();
  cloud = await startSidecar({ serverUrl: server.url, serviceToken, cacheEntriesMax: 0 });
  folder = await mkdtemp(join(tmpdir(), 'sightline-story-'));
});
after(async () => {
  await cloud?.[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** A cable to somewhere. Pulled, it cuts what is on it and lets nothing through. `onAnswer` sees what comes back before anybody else. */
async function startCable(target: string) {
  const sockets = new Set<Socket>();
  const state = { isPulled: false, onAnswer: null as ((chunk: Buffer) => boolean) | null };
  const listener = createServer((near) => {
    if (state.isPulled) return void near.destroy();
    const far = connect({ host: '127.0.0.1', port: Number(new URL(target).port) });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy()).on('close', () => (sockets.delete(socket), other.destroy()));
    }
    near.pipe(far);
    far.on('data', (chunk) => {
      if (state.onAnswer?.(chunk) !== false) near.write(chunk);
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    state,
    cut,
    pull() {
      state.isPulled = true;
      cut();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      listener.close();
    },
  };
}

type Said = { userCode?: string; done?: string; result?: unknown; error?: string };

/** The program, as a person has it. */
function launch(options: Partial<DesktopOptions> & { hasLocal: boolean }) {
  const child = fork(program, [JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  const told: Said[] = [];
  child.on('message', (message) => told.push(message as Said));
  const says = async (is: (said: Said) => boolean): Promise<Said> => {
    await until(() => told.some(is) || child.exitCode !== null || child.signalCode !== null);
    const found = told.findIndex(is);
    if (found === -1) throw new Error('The program ended.');
    return told.splice(found, 1)[0]!;
  };
  async function does(what: string, value: string | number = ''): Promise<unknown> {
    child.send([what, String(value)]);
    const { result, error } = await says(({ done }) => done === what);
    if (error !== undefined) throw Object.assign(new Error(error), { code: error });
    return result;
  }
  return {
    does,
    send: (what: string) => child.send([what, '']),
    says,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

const named = (from: number, count: number) => Array.from({ length: count }, (_, index) => `thing ${from + index}`);

test('signed in by device, at work without a cable, killed twice: the meter is the calls made, the feed what was seen, in order', async () => {
  const person = await signUp(server, 'story');
  const sourceId = await createSource(server, person);
  const viewer = new Client({ baseUrl: server.url, token: person.token });
  await using toServer = await startCable(server.url);
  await using toCloud = await startCable(cloud.url);
  const base = { baseUrl: toServer.url, inferenceUrl: toCloud.url, dataDirectory: join(folder, 'app') };
  const pull = () => (toServer.pull(), toCloud.pull());
  const plug = () => [toServer, toCloud].forEach(({ state }) => (state.isPulled = false));

  // Signed in from another machine, and twenty pictures that never leave this one.
  {
    await using app = launch({ ...base, policy: 'local', hasLocal: true });
    const signedIn = app.does('signIn');
    const { userCode = '' } = await app.says((said) => said.userCode !== undefined);
    await viewer.devices.approve({ userCode });
    assert.equal(await signedIn, person.email);
    await app.does('ready');
    assert.deepEqual(
      await app.does('predict', 20),
      Array.from({ length: 20 }, () => 2),
    );

    // The cable is pulled. Nothing changes for who uses it.
    pull();
    await assert.rejects(app.does('sync'), { code: 'CONNECTION_FAILED' });
    assert.deepEqual(
      await app.does('predict', 20),
      Array.from({ length: 20 }, () => 2),
    );
    await app.does('begin', sourceId);
    await app.does('see', named(1, 15).join(','));
    // It is not closed; it is killed.
    await app.kill();
  }

  // It is there again without anybody signing in, and still without a cable.
  {
    await using app = launch({ ...base, policy: 'local', hasLocal: false });
    assert.ok(Number(await app.does('waiting')) >= 15);
    await app.does('begin', sourceId);
    await app.does('see', named(16, 15).join(','));
    await app.does('end');
    plug();
    // The server records the first batch of what was seen, and the program is killed before it hears so.
    const answered = Promise.withResolvers<void>();
    toServer.state.onAnswer = (chunk) => {
      if (!chunk.includes('"recordCapture"')) return true;
      answered.resolve();
      return false;
    };
    app.send('sync');
    await answered.promise;
    await app.kill();
    toServer.state.onAnswer = null;
  }

  // Half of ten in the cloud, then its cable goes: the other half here, and the caller sees no difference.
  {
    await using app = launch({ ...base, policy: 'prefer-cloud', hasLocal: true });
    await app.does('ready');
    assert.deepEqual(await app.does('predict', 5), [2, 2, 2, 2, 2]);
    // One more was looked at and counted there, and its answer never came: the sidecar gives it, and it is one call.
    toCloud.state.onAnswer = () => (toCloud.cut(), false);
    assert.deepEqual(await app.does('predict', 1), [2]);
    toCloud.state.onAnswer = null;
    toCloud.pull();
    assert.deepEqual(await app.does('predict', 5), [2, 2, 2, 2, 2]);
    await app.does('sync');
    assert.equal(await app.does('waiting'), 0);
    await app.does('close');
  }

  const used = async () =>
    (await viewer.usage.report()).totals.find(({ meter }) => meter === 'PREDICTIONS')?.quantity ?? 0;
  // Both sides have told of the call that both answered, in whichever order.
  const twins = `select count(*)::int as "count" from "UncountedUse" where "organizationId" = '${uuidOf(person.organizationId)}'`;
  await until(async () => (await query(server.databaseUrl, twins))[0]?.['count'] === 1 && (await used()) >= 51);
  assert.equal(await used(), 51);

  const labels: string[] = [];
  const types: string[] = [];
  for await (const event of viewer.events.list()) {
    types.push(event.type);
    if (event.label) labels.push(event.label);
  }
  assert.deepEqual(labels, named(1, 30));
  // The capture that nobody ended was ended when the program came back.
  assert.deepEqual(
    types.filter((type) => type.startsWith('SESSION')),
    ['SESSION_STARTED', 'SESSION_ENDED', 'SESSION_STARTED', 'SESSION_ENDED'],
  );
  assert.deepEqual((await viewer.privacy.consents()).map(({ document, granted }) => [document, granted]).at(-1), [
    'capture',
    true,
  ]);
});
