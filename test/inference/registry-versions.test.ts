import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createFakeEngines, detection, saying } from './fake-engines.ts';
import { twoBlobs } from './pictures.ts';
import { ask, createModelsFolder, createRegistry, reasonOf, statesOf, withCode } from './registry-folder.ts';

/** A registry over a folder with version 1 of `main`, ready. */
async function startRegistry(beforeStart?: Parameters<typeof createFakeEngines>[0]) {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await createModelsFolder());
  await folder.write('main', { versions: { 1: saying(1) } });
  const engines = createFakeEngines(beforeStart);
  const registry = opened.use(createRegistry(folder, engines));
  await registry.ready;
  const lifetime = opened.move();
  return { folder, engines, registry, [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}

describe('loading again', () => {
  test('starts engines for what changed, and leaves the rest alone', async () => {
    await using models = await startRegistry();
    const { folder, engines, registry } = models;
    await registry.load('main');
    assert.deepEqual(engines.starts, ['main/1'], 'nothing changed');

    await folder.write('main', { versions: { 1: saying(1), 2: saying(2) }, config: { serve: ['1', '2'] } });
    await registry.load('main');
    assert.deepEqual(engines.starts, ['main/1', 'main/2'], 'a version came');
    assert.deepEqual(engines.closed, []);

    await folder.write('main', { versions: { 1: saying(1), 2: saying(3) }, config: { serve: ['1', '2'] } });
    await registry.load('main');
    assert.deepEqual(engines.starts, ['main/1', 'main/2', 'main/2'], 'its weights changed');
    assert.equal(await ask(registry, 'main', '2'), 3);
    assert.equal(await ask(registry, 'main', '1'), 1);

    const config = { serve: ['1', '2'], queue: { sizeMax: 5 } };
    await folder.write('main', { versions: { 1: saying(1), 2: saying(3) }, config });
    await registry.load('main');
    assert.deepEqual(engines.starts.slice(3), ['main/2', 'main/1'], 'the config of both changed');
  });

  test('gives new work to the new version while the old one finishes what it has', async () => {
    await using models = await startRegistry();
    const { folder, engines, registry } = models;
    using old = await registry.borrow('main');
    await folder.write('main', { versions: { 1: saying(2) } });
    await registry.load('main');
    assert.equal(await ask(registry, 'main'), 2);
    assert.deepEqual(engines.closed, []);
    assert.equal(await ask({ ...registry, borrow: async () => old }, 'main'), 1, 'and the old one still answers');
    await registry.unload('main');
    assert.deepEqual(engines.closed.length, 2);
  });

  test('waits while another load of the same model is under way', async () => {
    await using models = await startRegistry();
    const { folder, engines, registry } = models;
    await folder.write('main', { versions: { 1: saying(2) } });
    await Promise.all([registry.load('main'), registry.load('main'), registry.load('main', { version: '1' })]);
    assert.equal(engines.startingMax, 1);
    assert.deepEqual(engines.starts, ['main/1', 'main/1'], 'the later ones found nothing to do');
  });

  test('is refused when too many wait already', async () => {
    const gate = Promise.withResolvers<void>();
    await using models = await startRegistry(async ({ name }) => {
      if (name === 'other') await gate.promise;
    });
    const { folder, registry } = models;
    await folder.write('other', { versions: { 1: saying(7) } });
    const results = Promise.allSettled(Array.from({ length: 40 }, () => registry.load('other')));
    gate.resolve();
    const refused = (await results).flatMap((each) => (each.status === 'rejected' ? [each.reason as Error] : []));
    assert.ok(refused.length > 0 && refused.every(withCode('QUEUE_FULL')));
    assert.equal(await ask(registry, 'other'), 7);
  });
});

describe('what is no good', () => {
  type Case = { versions?: Record<string, Uint8Array>; config?: Record<string, unknown>; spoil?: string; says: RegExp };
  const blind = { ...detection, selfTest: { picture: 'look.png', label: 'cat' } };
  const cases: Record<string, Case> = {
    'half a copy': { versions: { 1: saying(1), 2: saying(2) }, spoil: '2', says: /version 2 is damaged/ },
    'no weights': {
      versions: { 1: saying(1) },
      config: { serve: ['1'], digests: {} },
      says: /digests: names no version/,
    },
    'weights that nobody can run': { versions: { 1: saying(1), 2: saying('soup') }, says: /cannot be loaded: soup/ },
    'a config that is none': { config: { task: 'divination' }, says: /task/ },
    'a version that is served and not there': { versions: { 1: saying(1) }, config: { serve: ['3'] }, says: /serve/ },
    'a model that does not see its picture': { versions: { 2: saying(0.1) }, config: blind, says: /shows a cat/ },
    'a picture outside of the folder': {
      versions: { 2: saying(0.9) },
      config: { ...blind, selfTest: { picture: '../../secret', label: 'cat' } },
      says: /must be a file beside it/,
    },
    'a picture that is missing': {
      versions: { 2: saying(0.9) },
      config: { ...blind, selfTest: { picture: 'nowhere.png', label: 'cat' } },
      says: /nowhere\.png is missing/,
    },
  };
  for (const [name, { versions = {}, config = {}, spoil, says }] of Object.entries(cases)) {
    test(`${name} is refused with a reason, and the old version goes on`, async () => {
      await using models = await startRegistry();
      const { folder, engines, registry } = models;
      await folder.write('main', { versions, config });
      await writeFile(folder.path('main', 'look.png'), await twoBlobs());
      if (spoil) await writeFile(folder.path('main', spoil, 'model.onnx'), 'half');

      await assert.rejects(registry.load('main'), (error: Error) => {
        assert.ok(withCode('MODEL_INVALID', says)(error), String(error));
        assert.ok(!error.message.includes(folder.path()), 'no folder of this machine is named');
        return true;
      });
      assert.equal(await ask(registry, 'main'), 1);
      assert.equal(statesOf(registry, 'main')[0], '1 READY');
      assert.match(reasonOf(registry, 'main', '1'), says);
      assert.deepEqual(engines.closed.filter((label) => label === 'main/1').length, 0);

      // Mended.
      await folder.write('main', { versions: { 3: saying(3) } });
      await registry.load('main');
      assert.equal(await ask(registry, 'main'), 3);
      assert.equal(reasonOf(registry, 'main', '3'), '');
    });
  }

  test('one bad version of several changes none of them', async () => {
    await using models = await startRegistry();
    const { folder, engines, registry } = models;
    const versions = { 1: saying(5), 2: saying('soup') };
    await folder.write('main', { versions, config: { serve: ['1', '2'] } });
    await assert.rejects(registry.load('main'), withCode('MODEL_INVALID', /Version 1 goes on answering/));
    assert.equal(await ask(registry, 'main'), 1);
    assert.deepEqual(engines.closed, ['main/1'], 'the good one of the new ones, which nobody ever used');
  });

  test('a folder that is gone takes nothing away', async () => {
    await using models = await startRegistry();
    const { folder, registry } = models;
    await rm(folder.path('main'), { recursive: true });
    await assert.rejects(registry.load('main'), withCode('MODEL_NOT_INSTALLED'));
    assert.equal(await ask(registry, 'main'), 1);
    assert.match(reasonOf(registry, 'main', '1'), /gone/);
  });
});

describe('going back', () => {
  test('serves just the version that is named, until everything is loaded again', async () => {
    await using models = await startRegistry();
    const { folder, registry } = models;
    await folder.write('main', { versions: { 1: saying(1), 2: saying(2) } });
    await registry.load('main');
    assert.equal(await ask(registry, 'main'), 2);
    await registry.load('main', { version: '1' });
    assert.equal(await ask(registry, 'main'), 1);
    await assert.rejects(ask(registry, 'main', '2'), withCode('MODEL_NOT_INSTALLED', /serves: 1\./));
    await assert.rejects(registry.load('main', { version: '9' }), withCode('MODEL_NOT_INSTALLED', /Installed: 2, 1\./));
    assert.equal(await ask(registry, 'main'), 1, 'a mistake changes nothing');
    await registry.load('main');
    assert.equal(await ask(registry, 'main'), 2);
  });

  test('outlasts being put away for others', async () => {
    await using models = await startRegistry();
    const { folder } = models;
    await using registry = createRegistry(folder, { ...models.engines, modelsLoadedMax: 2 });
    await registry.ready;
    for (const name of ['a', 'b']) await folder.write(name, { versions: { 1: saying(1), 2: saying(2) } });
    await registry.load('a', { version: '1' });
    assert.equal(await ask(registry, 'b'), 2);
    assert.equal(await ask(registry, 'a'), 1, 'the newest is what somebody went back from');
  });
});

describe('the files of a version that runs', () => {
  test('stay as they were checked, whatever happens to the folder', async () => {
    await using models = await startRegistry();
    const { folder, engines, registry } = models;
    const { modelPath, directory } = engines.models[0] ?? { modelPath: '', directory: '' };
    await writeFile(folder.path('main', '1', 'model.onnx'), 'half a co');
    assert.equal(await readFile(modelPath, 'utf8'), '1', 'an engine that is replaced opens what was checked');
    await registry.unload('main');
    await assert.rejects(readdir(directory), 'and they go with the version');
  });

  test('are removed when the process that made them was killed', async () => {
    await using folder = await createModelsFolder();
    await folder.write('main', { versions: { 1: saying(1) } });
    const host = encodeURIComponent(hostname());
    const left = { killed: `${host}~999999999~1~x`, ours: `${host}~${process.pid}~1~x`, elsewhere: `other.host~1~1~x` };
    for (const name of Object.values(left)) await mkdir(join(folder.copiesDirectory, name), { recursive: true });
    await using registry = createRegistry(folder, createFakeEngines());
    await registry.ready;
    const staying = await readdir(folder.copiesDirectory);
    assert.ok(!staying.includes(left.killed) && !staying.includes(left.ours), String(staying));
    assert.ok(staying.includes(left.elsewhere), 'a neighbour may still need it');
  });

  test('are used where they are when there is no place for copies', async () => {
    await using folder = await createModelsFolder();
    await folder.write('main', { versions: { 1: saying(1) } });
    await writeFile(folder.copiesDirectory, 'in the way');
    const engines = createFakeEngines();
    await using registry = createRegistry(folder, engines);
    await registry.ready;
    assert.equal(engines.models[0]?.modelPath, folder.path('main', '1', 'model.onnx'));
  });
});

test('a model that runs elsewhere needs no weights here, and is told apart by its config', async () => {
  await using models = await startRegistry();
  const { folder, engines, registry } = models;
  const far = (url: string) => ({ engine: { kind: 'remote', url, version: 'blue' } });
  await folder.write('far', { config: far('http://127.0.0.1:1') });
  assert.equal(await ask(registry, 'far'), 0);
  assert.deepEqual(statesOf(registry, 'far'), ['blue READY']);
  await folder.write('far', { config: far('http://127.0.0.1:2') });
  await registry.load('far');
  const [one, other] = engines.models.filter(({ name }) => name === 'far').map(({ digest }) => digest);
  assert.match(String(one), /^sha256:[0-9a-f]{64}$/);
  assert.notEqual(one, other);
});

test('closing does not wait for an engine that is still coming up', async () => {
  await using folder = await createModelsFolder();
  await folder.write('main', { versions: { 1: saying(1) } });
  const starting = Promise.withResolvers<void>();
  const registry = createRegistry(folder, {
    // As one that waits for another server does.
    startEngine: (_model, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
        starting.resolve();
      }),
  });
  await starting.promise;
  await registry[Symbol.asyncDispose]();
  await assert.rejects(registry.ready, withCode('SERVICE_UNAVAILABLE'));
});
