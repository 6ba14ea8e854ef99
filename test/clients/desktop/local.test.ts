import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ConnectionError } from '@sightline/core';
import { startLocal } from '@sightline/desktop';
import type { Local, LocalOptions, LocalState } from '@sightline/desktop';
import { until } from '../../harness/until.ts';

const small = fileURLToPath(new URL('small-sidecar.ts', import.meta.url));
const program = fileURLToPath(new URL('app.ts', import.meta.url));
let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'sightline-local-'));
});
after(() => rm(root, { recursive: true, force: true }));

let folders = 0;
/** A folder of its own, unless told otherwise, and the small sidecar in it. */
async function start(options: Partial<LocalOptions> = {}) {
  const dataDirectory = options.dataDirectory ?? join(root, String((folders += 1)));
  await mkdir(dataDirectory, { recursive: true });
  const states: LocalState[] = [];
  const local = startLocal({
    entry: small,
    backoff: () => 0,
    onState: (state) => states.push(state),
    ...options,
    dataDirectory,
    env: { TRANSPORT: options.transport ?? 'stdio', ...options.env },
  });
  const lives = async () =>
    (await readFile(join(dataDirectory, 'lives'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
  return { local, states, lives, dataDirectory };
}

const ask = async ({ send }: Local, path: string, body: Uint8Array<ArrayBuffer> | null = null) => {
  const { status, bytes } = await send(
    {
      url: `http://localhost${path}`,
      method: body ? 'POST' : 'GET',
      headers: { authorization: 'Bearer of the cloud' },
      body,
    },
    AbortSignal.timeout(60_000),
  );
  return { status, text: Buffer.from(bytes).toString() };
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

for (const transport of ['stdio', 'http'] as const) {
  describe(`over ${transport}`, () => {
    test('killed ten times it is there again ten times, each time another with a token of its own, and gone in the end', async () => {
      const { local, lives, states } = await start({ transport });
      for (let kill = 0; kill < 10; kill += 1) {
        await local.ready(AbortSignal.timeout(60_000));
        const { pid } = local;
        assert.ok(pid !== null);
        process.kill(pid, 'SIGKILL');
        await until(() => local.pid !== pid);
      }
      await local.ready(AbortSignal.timeout(60_000));
      assert.equal((await ask(local, '/models')).text, String(local.pid));
      await local[Symbol.asyncDispose]();
      const all = await lives();
      assert.equal(all.length, 11);
      assert.equal(new Set(all.map(([, token = '']) => token)).size, transport === 'http' ? 11 : 1);
      assert.deepEqual(
        all.filter(([pid]) => isAlive(Number(pid))),
        [],
      );
      assert.deepEqual([states.at(0), states.at(-1)], ['ready', 'stopped']);
      await assert.rejects(ask(local, '/models'), ConnectionError);
    });

    test('what was asked of one that is killed is told that it is gone, and what is asked meanwhile waits', async () => {
      const { local } = await start({ transport });
      await using _ = local;
      await local.ready();
      const asked = ask(local, '/silent');
      await ask(local, '/models');
      const { pid } = local;
      process.kill(pid!, 'SIGKILL');
      await assert.rejects(asked, ConnectionError);
      await until(() => local.pid !== pid);
      assert.equal((await ask(local, '/models')).status, 200);
    });

    test('one that never gets ready is left alone, with what it said, until somebody restarts it', async () => {
      const { local, lives, states } = await start({ transport, env: { LIFE: 'crash' } });
      await using _ = local;
      await assert.rejects(local.ready(), ({ message }: Error) => message.includes('The model is not to be had.'));
      assert.deepEqual([local.state, states.at(-1), (await lives()).length], ['failed', 'failed', 5]);
      await assert.rejects(ask(local, '/models'), ConnectionError);
      local.restart();
      await until(() => states.filter((state) => state === 'failed').length === 2);
      assert.equal((await lives()).length, 10);
    });

    test('one that does not answer any more is ended, and another takes its place', async () => {
      const { local, lives } = await start({ transport, healthMs: 200 });
      await using _ = local;
      await local.ready();
      const { pid } = local;
      process.kill(pid!, 'SIGSTOP');
      await until(() => !isAlive(pid!));
      await local.ready();
      assert.ok((await lives()).length > 1);
    });
  });
}

describe('over a pipe', () => {
  test('more than go at once, some given up: each has its own answer', async () => {
    const { local } = await start();
    await using _ = local;
    await local.ready();
    const stopped = new AbortController();
    const given = Array.from({ length: 70 }, () =>
      local.send({ url: 'http://localhost/silent', method: 'GET', headers: {}, body: null }, stopped.signal),
    );
    const waiting = ask(local, '/models');
    stopped.abort(new Error('enough'));
    for (const asked of given) await assert.rejects(asked, /enough/);
    assert.equal((await waiting).status, 200);
  });

  test('what is too long for a frame is refused here, and ends nothing', async () => {
    const { local } = await start({ env: { MAX_BODY_BYTES: '1024' } });
    await using _ = local;
    const { status, text } = await ask(local, '/predict', new Uint8Array(2_049));
    assert.deepEqual([status, JSON.parse(text).error.code], [413, 'BODY_TOO_LARGE']);
    const long = { url: 'http://localhost/models', method: 'GET', headers: { x: 'x'.repeat(70_000) }, body: null };
    assert.equal((await local.send(long, AbortSignal.timeout(60_000))).status, 431);
    assert.equal((await ask(local, '/predict', new Uint8Array(2_048))).status, 200);
  });

  test('one that writes something else than frames is ended, and another takes its place', async () => {
    const { local, lives } = await start({ env: { LIFE: 'nonsense' } });
    await using _ = local;
    await assert.rejects(ask(local, '/nonsense'), ConnectionError);
    await local.ready();
    assert.equal((await lives()).length, 2);
  });
});

describe('found instead of started', () => {
  test('two programs with one folder share a sidecar; when its owner goes, the other has one of its own', async () => {
    const first = await start({ transport: 'http' });
    await first.local.ready();
    const { dataDirectory } = first;
    const record = join(dataDirectory, 'sidecar.json');
    assert.equal(((await stat(record)).mode & 0o777).toString(8), '600');
    const second = await start({ transport: 'http', dataDirectory, healthMs: 200 });
    await using _ = second.local;
    await second.local.ready();
    assert.equal(second.local.pid, null);
    assert.equal((await ask(second.local, '/models')).text, String(first.local.pid));
    await first.local[Symbol.asyncDispose]();
    await until(() => second.local.pid !== null);
    assert.equal((await ask(second.local, '/models')).text, String(second.local.pid));
  });

  test('a record of a process that is gone, of another machine, or that others may write is none', async () => {
    const dataDirectory = join(root, 'records');
    await mkdir(dataDirectory, { recursive: true });
    const path = join(dataDirectory, 'sidecar.json');
    const records: [object, number][] = [
      [{ pid: 2 ** 22 + 1, url: 'http://127.0.0.1:9', token: 'a' }, 0o600],
      [{ pid: process.pid, url: 'http://192.0.2.1:4001', token: 'a' }, 0o600],
      [{ pid: process.pid, url: 'http://127.0.0.1:9', token: 'a' }, 0o666],
      [{ pid: process.pid, url: 'http://127.0.0.1:9', token: 'a' }, 0o600],
    ];
    for (const [record, mode] of records) {
      await rm(path, { force: true });
      await writeFile(path, JSON.stringify(record), { mode });
      const { local } = await start({ transport: 'http', dataDirectory });
      await local.ready();
      assert.ok(local.pid !== null && local.pid !== process.pid);
      await local[Symbol.asyncDispose]();
    }
  });

  test('a record of somebody who takes what is said and never answers is none', async () => {
    const dataDirectory = join(root, 'silent');
    await mkdir(dataDirectory, { recursive: true });
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    await writeFile(join(dataDirectory, 'sidecar.json'), JSON.stringify({ pid: process.pid, url, token: 'a' }), {
      mode: 0o600,
    });
    const { local } = await start({ transport: 'http', dataDirectory });
    await local.ready(AbortSignal.timeout(30_000));
    assert.ok(local.pid !== null);
    await local[Symbol.asyncDispose]();
    silent.close();
  });

  test('an address that is not of this machine is refused, and so is one without its token', async () => {
    for (const url of [
      'http://192.0.2.1:4001',
      'http://sightline.example',
      'https://127.0.0.1',
      'http://a@127.0.0.1',
      'http://127.0.0.1.evil.example',
    ])
      await assert.rejects(start({ url, token: 'a' }), { code: 'CONFIGURATION_INVALID' });
    await assert.rejects(start({ url: 'http://127.0.0.1:4001' }), { code: 'CONFIGURATION_INVALID' });
  });
});

for (const transport of ['stdio', 'http'] as const) {
  test(`${transport}: a program that is killed leaves no sidecar behind, the real one, which saw something before`, async () => {
    const folder = await mkdtemp(join(root, 'real-'));
    const app = spawn(process.execPath, [program, transport, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(app.stdout, 'data')) as [Buffer];
    const { pid, labels } = JSON.parse(String(line)) as { pid: number; labels: string[] };
    assert.deepEqual(labels.toSorted(), ['blue', 'red']);
    assert.ok(isAlive(pid));
    // What it was started with opens it, so it is nowhere that everybody can read.
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    if (transport === 'http') {
      const { token } = JSON.parse(await readFile(join(folder, 'sidecar.json'), 'utf8'));
      assert.ok(!commandLine.includes(token));
    }
    app.kill('SIGKILL');
    await once(app, 'exit');
    await until(() => !isAlive(pid));
  });
}
