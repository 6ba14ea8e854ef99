import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLogger } from '@sightline/inference/logger';
import { digestOf } from '@sightline/inference/models/model-files';
import { createNpmRegistry } from '@sightline/inference/models/npm-registry';
import type { ShowProgress } from '@sightline/inference/models/progress';
import { download } from '@sightline/inference/models/sources/download';
import { startFileServer } from './file-server.ts';
import type { Act } from './file-server.ts';

const file = Buffer.from(Array.from({ length: 600_000 }, (_, index) => (index * 7_919) % 251));
const half = file.length / 2;
const digest = digestOf(file);

async function start(acts: readonly Act[] = [{}]) {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startFileServer(file, acts));
  const modelsDirectory = await mkdtemp(join(tmpdir(), 'sightline-download-'));
  opened.defer(() => rm(modelsDirectory, { recursive: true, force: true }));
  const lifetime = opened.move();
  return {
    server,
    modelsDirectory,
    parts: async () => (await readdir(modelsDirectory)).filter((name) => name.endsWith('.part')),
    /** Downloads, and resolves with the bytes; the part file is empty and gone then. */
    async fetch({
      byteSize = null,
      signal = new AbortController().signal,
      showProgress = () => {},
    }: { byteSize?: number | null; signal?: AbortSignal; showProgress?: ShowProgress } = {}) {
      const deps = {
        ...{ modelsDirectory, fetch, showProgress, signal, now: Date.now, log: createLogger('silent') },
        registry: createNpmRegistry({ registry: server.origin, fetch, npm: null }),
      };
      await using part = await download(deps, 'tiny', { kind: 'url', url: server.url, digest, byteSize });
      const bytes = await readFile(part.path);
      await part.truncate(0);
      return bytes;
    },
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

/** Stops a download when half of it is there. */
async function stopHalfway({ fetch }: Pick<Awaited<ReturnType<typeof start>>, 'fetch'>) {
  const stopping = new AbortController();
  const showProgress: ShowProgress = (_name, doneBytes) => {
    if (doneBytes >= half) stopping.abort(new Error('stopped'));
  };
  await assert.rejects(fetch({ signal: stopping.signal, showProgress }), /stopped/);
}

test('a cut connection goes on where it was cut', async () => {
  await using models = await start([{ cutAfter: half }, {}]);
  assert.ok((await models.fetch()).equals(file));
  const [first, second = '', ...more] = models.server.asked;
  assert.deepEqual([first, more], [undefined, []]);
  // What was on its way when it was cut may be lost.
  const from = Number(/^bytes=(\d+)-$/.exec(second)?.[1]);
  assert.ok(from > 0 && from <= half, second);
  assert.deepEqual(await models.parts(), []);
});

test('a connection that is cut again and again gets there as long as something arrives', async () => {
  await using models = await start([...Array.from({ length: 5 }, () => ({ cutAfter: 100_000 })), {}]);
  assert.ok((await models.fetch()).equals(file));
  assert.equal(models.server.asked.length, 6);
});

test('what was stopped is kept, and the next process goes on with it', async () => {
  await using models = await start([{ hangAfter: half }, {}]);
  await stopHalfway(models);
  assert.equal((await models.parts()).length, 1);
  assert.ok((await models.fetch()).equals(file));
  assert.deepEqual(models.server.asked, [undefined, `bytes=${half}-`]);
  assert.deepEqual(await models.parts(), []);
});

test('whoever was killed leaves a part that the next process takes over; one that lives keeps its own', async () => {
  await using models = await start([{ hangAfter: half }, {}]);
  await stopHalfway(models);
  const [free = ''] = await models.parts();
  const ofOwner = (pid: number) => free.replace(/\.part$/, `.${hostname()}-${pid}.0123abcd.part`);
  const hand = (from: string, to: string) =>
    rename(join(models.modelsDirectory, from), join(models.modelsDirectory, to));

  const living = ofOwner(process.pid);
  await hand(free, living);
  assert.ok((await models.fetch()).equals(file));
  assert.deepEqual(models.server.asked, [undefined, undefined], 'began anew');
  assert.deepEqual(await models.parts(), [living]);

  const { pid } = spawnSync(process.execPath, ['-e', '']);
  await hand(living, ofOwner(pid));
  assert.ok((await models.fetch()).equals(file));
  assert.equal(models.server.asked.at(-1), `bytes=${half}-`);
  assert.deepEqual(await models.parts(), []);
});

test('a server that cannot continue sends all of it, and nothing is mixed', async () => {
  await using models = await start([{ cutAfter: half }, { ignoresRange: true }]);
  assert.ok((await models.fetch()).equals(file));
});

test('the whole is checked, whatever part of it was there before', async () => {
  await using models = await start([{ hangAfter: half }, {}]);
  await stopHalfway(models);
  const [part = ''] = await models.parts();
  await writeFile(join(models.modelsDirectory, part), Buffer.alloc(half, 1));
  assert.ok((await models.fetch()).equals(file), 'fetched again from the start');
  assert.deepEqual(models.server.asked.slice(1), [`bytes=${half}-`, undefined]);
});

test('a part that is already all of it needs no more bytes', async () => {
  await using models = await start([{ hangAfter: half }, {}]);
  await stopHalfway(models);
  const [part = ''] = await models.parts();
  await writeFile(join(models.modelsDirectory, part), file);
  assert.ok((await models.fetch()).equals(file));
  assert.equal(models.server.asked.at(-1), `bytes=${file.length}-`);
});

test('other bytes than those of the digest are refused, and none of them stay', async () => {
  await using models = await start([{ content: Buffer.alloc(1_000) }]);
  await assert.rejects(models.fetch(), /damaged: sha256:/);
  assert.deepEqual(await models.parts(), []);
});

test('more bytes than there can be end the download', async () => {
  await using models = await start([{ content: Buffer.concat([file, file]) }]);
  let mostBytes = 0;
  const showProgress: ShowProgress = (_name, doneBytes) => void (mostBytes = Math.max(mostBytes, doneBytes));
  await assert.rejects(models.fetch({ byteSize: file.length, showProgress }), /damaged/);
  assert.ok(mostBytes < file.length + 300_000, `${mostBytes} bytes were taken`);
});

test('a file that is not there is asked for once', async () => {
  await using models = await start([{ status: 404 }]);
  await assert.rejects(models.fetch(), /127\.0\.0\.1:\d+ answered 404/);
  assert.equal(models.server.asked.length, 1);
});

test('whoever stops it does not wait for a server that says nothing', async () => {
  await using models = await start([{ hangAfter: 0 }]);
  const stopping = new AbortController();
  const fetching = models.fetch({ signal: stopping.signal });
  await models.server.sent(0);
  stopping.abort(new Error('stopped'));
  await assert.rejects(fetching, /stopped/);
});
