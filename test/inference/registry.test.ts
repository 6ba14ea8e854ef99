import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { createBorrowingDetector } from '@sightline/inference/models/registry/borrowing-detector';
import { readyModels } from '@sightline/inference/models/registry/ready-models';
import { createFakeEngines, detection, saying } from './fake-engines.ts';
import { ask, createModelsFolder, createRegistry, options, statesOf, withCode } from './registry-folder.ts';

/** A folder with `main` in it, and fake engines. */
async function startModels(beforeStart?: Parameters<typeof createFakeEngines>[0]) {
  const folder = await createModelsFolder();
  await folder.write('main', { versions: { 1: saying(1) } });
  return { folder, engines: createFakeEngines(beforeStart), [Symbol.asyncDispose]: folder[Symbol.asyncDispose] };
}

describe('lending', () => {
  test('several versions answer at once; the highest is the one meant where none is named', async () => {
    await using models = await startModels();
    const versions = { 1: saying(1), 2: saying(2), 10: saying(10) };
    await models.folder.write('main', { versions, config: { serve: ['2', '10'] } });
    await using registry = createRegistry(models.folder, models.engines);
    await registry.ready;

    assert.equal(await ask(registry, 'main'), 10);
    assert.equal(await ask(registry, 'main', '2'), 2);
    assert.deepEqual(statesOf(registry, 'main'), ['10 READY', '2 READY', '1 UNAVAILABLE']);
    await assert.rejects(ask(registry, 'main', '1'), withCode('MODEL_NOT_INSTALLED', /serves: 10, 2\./));
    assert.deepEqual(
      readyModels(registry).map(({ version }) => version),
      ['10', '2'],
    );
  });

  test('by default the highest version answers, alone', async () => {
    await using models = await startModels();
    await models.folder.write('main', { versions: { 1: saying(1), 2: saying(2) } });
    await using registry = createRegistry(models.folder, models.engines);
    await registry.ready;
    assert.deepEqual(models.engines.starts, ['main/2']);
  });

  test('a model is loaded once for all who ask for it first', async () => {
    await using models = await startModels();
    await models.folder.write('other', { versions: { 1: saying(7) } });
    await using registry = createRegistry(models.folder, models.engines);
    await registry.ready;
    assert.deepEqual(statesOf(registry, 'other'), ['1 UNAVAILABLE']);
    assert.equal(registry.peek('other'), null, 'looking loads nothing');
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(registry, 'other')));
    assert.deepEqual(new Set(answers), new Set([7]));
    assert.deepEqual(models.engines.starts, ['main/1', 'other/1']);
  });

  test('whoever gives up waiting for a model takes it from nobody else', async () => {
    const gate = Promise.withResolvers<void>();
    await using models = await startModels(async ({ name }) => {
      if (name === 'other') await gate.promise;
    });
    await models.folder.write('other', { versions: { 1: saying(7) } });
    await using registry = createRegistry(models.folder, models.engines);
    await registry.ready;
    const leaving = new AbortController();
    const left = registry.borrow('other', null, leaving.signal);
    const stayed = ask(registry, 'other');
    leaving.abort(new Error('hung up'));
    await assert.rejects(left, /hung up/);
    assert.deepEqual(statesOf(registry, 'other'), ['1 LOADING']);
    gate.resolve();
    assert.equal(await stayed, 7);
  });

  test('a model that is not installed says how to add it; a name that is none never becomes a path', async () => {
    await using models = await startModels();
    await models.folder.write('../outside', { versions: { 1: saying(1) } });
    await using registry = createRegistry(models.folder, models.engines);
    await registry.ready;
    const command = /npm run models -- add yunet/;
    await assert.rejects(registry.borrow('yunet'), withCode('MODEL_NOT_INSTALLED', command));
    await assert.rejects(registry.load('yunet'), withCode('MODEL_NOT_INSTALLED', command));
    await assert.rejects(registry.unload('yunet'), withCode('MODEL_NOT_INSTALLED', command));
    for (const name of [
      '../outside',
      '..',
      '.',
      '',
      'a/b',
      'a\\b',
      'Main',
      'a\0',
      '%2e%2e',
      'x'.repeat(65),
      '__proto__',
    ]) {
      await assert.rejects(registry.borrow(name), withCode('MODEL_NOT_INSTALLED'), name);
      await assert.rejects(registry.load(name), withCode('MODEL_NOT_INSTALLED'), name);
    }
    assert.deepEqual(
      registry.index().map(({ name }) => name),
      ['main'],
      'what was asked for is not remembered',
    );
  });

  test('a broken model is not tried again for every request', async () => {
    let clock = 0;
    await using models = await startModels();
    await models.folder.write('other', { versions: { 1: saying('rubbish') } });
    await using registry = createRegistry(models.folder, { ...models.engines, now: () => clock });
    await registry.ready;
    const refused = withCode('MODEL_INVALID', /cannot be loaded/);
    for (let request = 0; request < 5; request++) await assert.rejects(ask(registry, 'other'), refused);
    assert.equal(models.engines.starts.length, 2, 'main, and one try');
    assert.deepEqual(statesOf(registry, 'other'), ['1 UNAVAILABLE']);
    clock += 60_000;
    await models.folder.write('other', { versions: { 1: saying(7) } });
    assert.equal(await ask(registry, 'other'), 7, 'once it is mended, asking is enough');
  });
});

describe('the default model', () => {
  test('is fetched first, and says what it waits for', async () => {
    const fetching = Promise.withResolvers<void>();
    await using models = await startModels();
    await using registry = createRegistry(models.folder, { ...models.engines, openModel: () => fetching.promise });
    assert.equal(registry.checks.model(), 'being prepared');
    assert.equal(registry.checks.engine(), 'none is running');
    await assert.rejects(registry.borrow('main'), withCode('MODEL_NOT_READY', /being prepared/));
    fetching.resolve();
    await registry.ready;
    assert.equal(registry.checks.model(), null);
    assert.equal(registry.checks.engine(), null);
    assert.equal(await ask(registry, 'main'), 1);
  });

  test('that cannot be had ends the start, until somebody brings it', async () => {
    await using models = await startModels();
    await using registry = createRegistry(models.folder, {
      ...models.engines,
      openModel: () => Promise.reject(new Error('/home/somebody is full')),
    });
    await assert.rejects(registry.ready, /is full/);
    assert.match(String(registry.checks.model()), /could not be prepared/);
    await assert.rejects(registry.borrow('main'), (error: Error) => !error.message.includes('/home'));
    await registry.load('main');
    assert.equal(registry.checks.model(), null);
  });

  test('with one good version of two begins with that one, and says what is wrong with the other', async () => {
    await using models = await startModels();
    const versions = { 1: saying(1), 2: saying('rubbish') };
    await models.folder.write('main', { versions, config: { serve: ['1', '2'] } });
    await using registry = createRegistry(models.folder, models.engines);
    await registry.ready;
    assert.equal(await ask(registry, 'main'), 1);
    assert.deepEqual(statesOf(registry, 'main'), ['1 READY', '2 UNAVAILABLE']);
  });
});

describe('memory', () => {
  test('holds so many models: what was not used for longest makes room, the default one never', async () => {
    await using models = await startModels();
    for (const name of ['a', 'b', 'c']) await models.folder.write(name, { versions: { 1: saying(7) } });
    await using registry = createRegistry(models.folder, { ...models.engines, modelsLoadedMax: 3 });
    await registry.ready;
    for (const name of ['a', 'b', 'a', 'c']) assert.equal(await ask(registry, name), 7);
    assert.deepEqual(models.engines.closed, ['b/1']);
    assert.equal(await ask(registry, 'b'), 7, 'it comes back when somebody asks');
    assert.deepEqual(models.engines.closed, ['b/1', 'a/1']);
    assert.equal(await ask(registry, 'main'), 1);
  });

  test('is not taken from models in use: whoever comes then is told to come again', async () => {
    await using models = await startModels();
    for (const name of ['a', 'b']) await models.folder.write(name, { versions: { 1: saying(7) } });
    await using registry = createRegistry(models.folder, { ...models.engines, modelsLoadedMax: 2 });
    await registry.ready;
    const lent = await registry.borrow('a');
    await assert.rejects(registry.borrow('b'), withCode('MODEL_NOT_READY', /All 2 models/));
    lent[Symbol.dispose]();
    assert.equal(await ask(registry, 'b'), 7);
  });

  test('and files are given back at the end, whoever still holds a model', async () => {
    await using models = await startModels();
    const registry = createRegistry(models.folder, models.engines);
    await registry.ready;
    await registry.borrow('main');
    assert.equal((await readdir(models.folder.copiesDirectory)).length, 1);
    await registry[Symbol.asyncDispose]();
    assert.deepEqual(models.engines.closed, ['main/1']);
    assert.deepEqual(await readdir(models.folder.copiesDirectory), []);
    await assert.rejects(registry.borrow('other'), withCode('SERVICE_UNAVAILABLE'));
  });
});

describe('unloading', () => {
  test('lets what is under way finish, and keeps the model away until it is loaded again', async () => {
    await using models = await startModels();
    await models.folder.write('other', { versions: { 1: saying(7) } });
    await using registry = createRegistry(models.folder, models.engines);
    await registry.ready;
    const lent = await registry.borrow('other');
    const unloading = registry.unload('other');
    await assert.rejects(registry.borrow('other'), withCode('MODEL_NOT_READY', /unloaded/));
    assert.deepEqual(statesOf(registry, 'other'), ['1 UNLOADING']);
    assert.deepEqual(models.engines.closed, [], 'somebody still uses it');
    lent[Symbol.dispose]();
    lent[Symbol.dispose]();
    await unloading;
    assert.deepEqual(models.engines.closed, ['other/1']);
    assert.deepEqual(statesOf(registry, 'other'), ['1 UNAVAILABLE']);
    await assert.rejects(registry.borrow('other'), withCode('MODEL_NOT_READY', /unloaded/));
    await registry.load('other');
    assert.equal(await ask(registry, 'other'), 7);
  });

  test('the default model is not ready then, and says why', async () => {
    await using models = await startModels();
    await using registry = createRegistry(models.folder, models.engines);
    await registry.ready;
    await registry.unload('main');
    assert.match(String(registry.checks.model()), /unloaded/);
    await registry.load('main');
    assert.equal(registry.checks.model(), null);
  });
});

describe('a detector for sessions', () => {
  const frame = { width: 16, height: 16, data: new Uint8Array(16 * 16 * 3) };

  test('asks the version of the moment for each picture, and holds none in between', async () => {
    await using models = await startModels();
    await models.folder.write('main', { versions: { 1: saying(0.6) }, config: detection });
    await using registry = createRegistry(models.folder, models.engines);
    await registry.ready;
    const detector = createBorrowingDetector(registry);
    const see = async () => (await detector.raw(frame, { ...options, confidenceMin: 0.5 })).detections;
    assert.equal((await see())[0]?.confidence, 0.6);
    await models.folder.write('main', { versions: { 2: saying(0.9) }, config: detection });
    await registry.load('main');
    assert.deepEqual(models.engines.closed, ['main/1'], 'the session kept nothing from being closed');
    assert.equal((await see())[0]?.confidence, 0.9);
    assert.equal(detector.identity.version, '2');
  });

  test('a run that outlives the request that began it keeps its version by itself', async () => {
    await using models = await startModels();
    await models.folder.write('main', { versions: { 1: saying(0.6) }, config: detection });
    await using registry = createRegistry(models.folder, models.engines);
    await registry.ready;
    const lent = await registry.borrow('main');
    const running = lent.model.detector?.raw(frame, { ...options, confidenceMin: 0.5 });
    lent[Symbol.dispose]();
    await registry.unload('main');
    assert.equal((await running)?.detections.length, 1);
  });

  test('a model of another task is refused by name', async () => {
    await using models = await startModels();
    await using registry = createRegistry(models.folder, models.engines);
    await registry.ready;
    const detector = createBorrowingDetector(registry);
    await assert.rejects(
      detector.raw(frame, { ...options, confidenceMin: 0.5 }),
      withCode('INPUT_INVALID', /'main' finds no objects/),
    );
  });
});
