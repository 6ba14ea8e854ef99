import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blobsConfig, blobsOnnx } from '@sightline/inference/models/blobs';
import type { CatalogueEntry } from '@sightline/inference/models/catalogue';
import { digestOf } from '@sightline/inference/models/model-files';
import { until } from '../harness/until.ts';
import { organization, startCallerServer } from './caller-server.ts';
import { startFileServer } from './file-server.ts';
import type { Act } from './file-server.ts';
import { bearer, localToken, refusal, serviceToken, startSidecar } from './sidecar.ts';

type Listed = {
  name: string;
  isDefault: boolean;
  isInstalled: boolean;
  isInCatalogue: boolean;
  task: string | null;
  versions: { version: string; state: string; reason: string }[];
  install: { doneBytes: number; totalBytes: number | null; problem: { code: string; message: string } | null } | null;
};

const onnx = blobsOnnx();
const { selfTest: _picture, ...config } = blobsConfig;

/** A sidecar whose catalogue has a second model, of a server that acts as told for each request. */
async function start(acts: readonly Act[] = [{}], tokens: Record<string, unknown> = {}) {
  await using opened = new AsyncDisposableStack();
  const files = opened.use(await startFileServer(onnx, acts));
  const server = opened.use(await startCallerServer(tokens));
  const second: CatalogueEntry = {
    ...{ name: 'second', version: '4', summary: 'a model of tests', config, beside: {} },
    source: { kind: 'url', url: files.url, digest: digestOf(onnx), byteSize: onnx.byteLength },
    convert: (file) => file('file'),
    ...{ digest: digestOf(onnx), byteSize: onnx.byteLength },
  };
  const { serverUrl } = server;
  const sidecar = opened.use(await startSidecar({ serverUrl, serviceToken }, { models: [second] }));
  const lifetime = opened.move();
  const ask = (path: string, { method = 'POST', token = localToken, body }: Ask = {}) =>
    fetch(`${sidecar.url}${path}`, {
      method,
      headers: { ...bearer(token), ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  async function list(token = localToken): Promise<{ mayManage: boolean; models: Listed[] }> {
    const response = await ask('/models/catalogue', { method: 'GET', token });
    assert.equal(response.status, 200);
    return (await response.json()) as { mayManage: boolean; models: Listed[] };
  }
  return {
    ask,
    list,
    find: async (name: string) => (await list()).models.find((each) => each.name === name),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}
type Ask = { method?: string; token?: string; body?: object };

test('what is here and what can be are told apart, and a model is loaded, rolled back and put away', async () => {
  await using sidecar = await start();
  const { mayManage, models } = await sidecar.list();
  assert.equal(mayManage, true);
  assert.deepEqual(
    models.map(({ name, isDefault, isInstalled, isInCatalogue, task }) => ({
      ...{ name, isDefault, isInstalled, isInCatalogue, task },
    })),
    [
      { name: 'blobs', isDefault: true, isInstalled: true, isInCatalogue: false, task: 'detection' },
      { name: 'second', isDefault: false, isInstalled: false, isInCatalogue: true, task: 'detection' },
    ],
  );
  const stateAfter = async (path: string, body?: object) => {
    const response = await sidecar.ask(path, body ? { body } : {});
    assert.equal(response.status, 200);
    return ((await response.json()) as Listed).versions.map(({ version, state }) => `${version} ${state}`);
  };
  assert.deepEqual(await stateAfter('/models/blobs/unload'), ['1 UNAVAILABLE']);
  assert.deepEqual(await stateAfter('/models/blobs/load'), ['1 READY']);
  assert.deepEqual(await stateAfter('/models/blobs/load', { version: '1' }), ['1 READY']);
  assert.equal(await refusal(await sidecar.ask('/models/second/load')), '404 MODEL_NOT_INSTALLED');
  assert.equal(await refusal(await sidecar.ask('/models/blobs/load', { body: { version: '' } })), '400 INPUT_INVALID');
});

test('a model is added while others answer, and everybody sees how far it is', async () => {
  const half = Math.floor(onnx.byteLength / 2);
  await using sidecar = await start([{ hangAfter: half }]);
  assert.equal((await sidecar.ask('/models/second/install')).status, 202);
  await until(async () => ((await sidecar.find('second'))?.install?.doneBytes ?? 0) > 0);
  const found = await sidecar.find('second');
  assert.deepEqual(
    [found?.install?.totalBytes, found?.install?.problem, found?.isInstalled],
    [onnx.byteLength, null, false],
  );
  // Wanted again, it goes on as it is.
  assert.equal((await sidecar.ask('/models/second/install')).status, 202);
  assert.equal((await sidecar.find('second'))?.install?.doneBytes, found?.install?.doneBytes);
  assert.equal(await refusal(await sidecar.ask('/models/nobody/install')), '404 MODEL_NOT_INSTALLED');
});

test('what cannot be fetched says why, and can be tried again until it is there', async () => {
  await using sidecar = await start([{ status: 404 }, {}], { member: organization() });
  await sidecar.ask('/models/second/install');
  await until(async () => (await sidecar.find('second'))?.install?.problem?.code === 'MODEL_FETCH_FAILED');
  // It names what is on this machine, which is nothing for organizations.
  const shown = (await sidecar.list('member')).models.find(({ name }) => name === 'second');
  assert.equal(shown?.install, null);
  await sidecar.ask('/models/second/install');
  await until(async () => (await sidecar.find('second'))?.isInstalled === true);
  await until(async () => (await sidecar.find('second'))?.install === null);
  assert.deepEqual((await sidecar.find('second'))?.versions, [
    { version: '4', state: 'UNAVAILABLE', reason: 'not loaded; asking for it is enough' },
  ]);
  assert.equal((await sidecar.ask('/models/second/load')).status, 200);
});

test('people whom the server names manage models; everybody else of an organization looks', async () => {
  const tokens = {
    operator: organization(['inference:use'], { isOperator: true }),
    member: organization(),
    guest: organization([]),
  };
  await using sidecar = await start([{}], tokens);
  assert.equal((await sidecar.list('operator')).mayManage, true);
  assert.equal((await sidecar.list('member')).mayManage, false);
  assert.equal(
    await refusal(await sidecar.ask('/models/catalogue', { method: 'GET', token: 'guest' })),
    '403 FORBIDDEN',
  );
  assert.equal(
    await refusal(await sidecar.ask('/models/catalogue', { method: 'GET', token: 'no' })),
    '401 UNAUTHENTICATED',
  );
  const paths = ['/models/blobs/load', '/models/blobs/unload', '/models/second/install'];
  for (const path of [...paths, '/v2/repository/models/blobs/unload']) {
    const { status } = await sidecar.ask(path, { token: 'member' });
    assert.equal(status, 403, path);
  }
  for (const path of [...paths, '/v2/repository/models/blobs/load']) {
    const { ok } = await sidecar.ask(path, { token: 'operator' });
    assert.ok(ok, path);
  }
});
