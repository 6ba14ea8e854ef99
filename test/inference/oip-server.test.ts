import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { binaryMessage, octets } from './oip-golden.ts';
import { identityNetwork, pairNetwork, scaleNetwork, writeNetwork } from './oip-models.ts';
import { bearer, localToken, startSidecar } from './sidecar.ts';
import type { TestSidecar } from './sidecar.ts';

type Options = { method?: string; body?: object | string | Uint8Array<ArrayBuffer>; headers?: Record<string, string> };

async function ask({ url }: TestSidecar, path: string, { method, body, headers }: Options = {}) {
  const isJson = typeof body === 'object' && !(body instanceof Uint8Array);
  const response = await fetch(`${url}/v2${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    ...(body !== undefined && { body: isJson ? JSON.stringify(body) : body }),
    headers: { ...bearer(localToken), ...headers },
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    json: text === '' ? null : (JSON.parse(text) as unknown),
  };
}

/** `404 MODEL_NOT_INSTALLED`, once the refusal has the protocol's shape. */
async function refusal(asked: ReturnType<typeof ask>): Promise<string> {
  const { status, headers, json } = await asked;
  const { error, code, requestId, hint, retryable, docs, ...rest } = json as Record<string, unknown>;
  assert.ok(typeof error === 'string' && error.length > 0, JSON.stringify(json));
  assert.equal(requestId, headers.get('x-request-id'));
  assert.ok(hint && docs && typeof retryable === 'boolean');
  for (const name of Object.keys(rest)) assert.match(name, /^(details|retryAfterMs)$/);
  return `${status} ${String(code)}`;
}

const scale = (value: number) => ({ inputs: [{ name: 'x', shape: [1, 1], datatype: 'FP32', data: [value] }] });
const scaled = async (sidecar: TestSidecar, path: string) => {
  const { json } = await ask(sidecar, path, { body: scale(1) });
  return (json as { outputs: { data: number[] }[] }).outputs[0]?.data[0];
};

describe('the server of the Open Inference Protocol', () => {
  let sidecar: TestSidecar;
  let directory: string;
  before(async () => {
    sidecar = await startSidecar({ modelsLoadedMax: 50, bodyBytesMax: 64 * 1024 });
    directory = join(sidecar.folder, 'models');
    await writeNetwork(directory, 'pair', { 1: pairNetwork() });
    await writeNetwork(directory, 'text', { 1: identityNetwork('string', ['rows']) });
    await writeNetwork(directory, 'scale', { 1: scaleNetwork(2), 2: scaleNetwork(3) });
  });
  after(() => sidecar[Symbol.asyncDispose]());

  test('says who it is and that it is well, to anybody', async () => {
    const nobody = { headers: { authorization: '' } };
    const { json } = await ask(sidecar, '', nobody);
    const { name, version, extensions } = json as Record<string, unknown>;
    assert.equal(name, 'sightline-inference');
    assert.match(String(version), /^\d+\.\d+\.\d+$/);
    assert.ok((extensions as string[]).includes('binary_tensor_data'));
    assert.deepEqual((await ask(sidecar, '/', nobody)).json, json);
    assert.deepEqual((await ask(sidecar, '/health/live', nobody)).json, { live: true });
    const ready = await ask(sidecar, '/health/ready', nobody);
    assert.deepEqual([ready.status, ready.json], [200, { ready: true }]);
  });

  test('describes models with -1 for a size that is open', async () => {
    const { json } = await ask(sidecar, '/models/pair');
    const tensor = (name: string) => ({ name, datatype: 'FP32', shape: [-1, 2] });
    assert.deepEqual(json, {
      name: 'pair',
      versions: ['1'],
      platform: 'onnxruntime_onnx',
      inputs: ['a', 'b'].map(tensor),
      outputs: ['sum', 'difference'].map(tensor),
    });
    assert.deepEqual((await ask(sidecar, '/models/pair/versions/1')).json, json);
    assert.equal(await refusal(ask(sidecar, '/models/pair/versions/9')), '404 MODEL_NOT_INSTALLED');
    assert.equal(await refusal(ask(sidecar, '/models/nobody')), '404 MODEL_NOT_INSTALLED');
  });

  test('tells a model that is not loaded from one that is not there', async () => {
    const away = await ask(sidecar, '/models/text/ready');
    assert.deepEqual([away.status, away.json], [503, { name: 'text', ready: false }]);
    await ask(sidecar, '/models/text');
    const ready = await ask(sidecar, '/models/text/versions/1/ready');
    assert.deepEqual([ready.status, ready.json], [200, { name: 'text', ready: true }]);
    assert.equal(await refusal(ask(sidecar, '/models/nobody/ready')), '404 MODEL_NOT_INSTALLED');
  });

  test('loads, goes back to an older version, unloads and lists', async () => {
    const load = (body: object) => ask(sidecar, '/repository/models/scale/load', { body });
    assert.equal((await load({})).status, 200);
    assert.equal(await scaled(sidecar, '/models/scale/infer'), 3);
    assert.equal((await load({ parameters: { version: '1' } })).status, 200);
    assert.equal(await scaled(sidecar, '/models/scale/infer'), 2);
    const index = async (body: object) => {
      const { json } = await ask(sidecar, '/repository/index', { body });
      return (json as { name: string; version: string; state: string }[])
        .filter(({ name }) => name === 'scale')
        .map(({ version, state }) => `${version} ${state}`);
    };
    assert.deepEqual(await index({ ready: true }), ['1 READY']);
    assert.equal((await ask(sidecar, '/repository/models/scale/unload', { method: 'POST' })).status, 200);
    assert.deepEqual(await index({ ready: true }), []);
    assert.deepEqual((await index({})).toSorted(), ['1 UNAVAILABLE', '2 UNAVAILABLE']);
    assert.equal(await refusal(ask(sidecar, '/models/scale/infer', { body: scale(1) })), '503 MODEL_NOT_READY');
    assert.equal(await refusal(load({ parameters: { version: '7' } })), '404 MODEL_NOT_INSTALLED');
    assert.equal(await refusal(load({ parameters: { config: '{}' } })), '400 INPUT_INVALID');
    assert.equal((await load({ parameters: { version: '2' } })).status, 200);
    assert.equal(await scaled(sidecar, '/models/scale/infer'), 3);
    const gone = ask(sidecar, '/repository/models/nobody/load', { body: {} });
    assert.equal(await refusal(gone), '404 MODEL_NOT_INSTALLED');
  });

  test('counts what a model did', async () => {
    const statistics = async () => {
      const { json } = await ask(sidecar, '/models/pair/stats');
      return (json as { model_stats: { inference_count: number; inference_stats: { success: { ns: number } } }[] })
        .model_stats[0];
    };
    await ask(sidecar, '/models/pair');
    const before = await statistics();
    const inputs = ['a', 'b'].map((name) => ({ name, shape: [1, 2], datatype: 'FP32', data: [1, 2] }));
    assert.equal((await ask(sidecar, '/models/pair/infer', { body: { inputs } })).status, 200);
    const after = await statistics();
    assert.equal((after?.inference_count ?? 0) - (before?.inference_count ?? 0), 1);
    assert.ok((after?.inference_stats.success.ns ?? 0) > (before?.inference_stats.success.ns ?? 0));
  });

  test('knows its callers', async () => {
    const infer = { body: scale(1), headers: { authorization: '' } };
    assert.equal(await refusal(ask(sidecar, '/models/scale/infer', infer)), '401 UNAUTHENTICATED');
    for (const path of ['/models/scale', '/models/scale/ready', '/models/scale/stats', '/models/stats']) {
      assert.equal(await refusal(ask(sidecar, path, { headers: { authorization: '' } })), '401 UNAUTHENTICATED', path);
    }
    for (const path of ['/repository/index', '/repository/models/scale/load', '/repository/models/scale/unload']) {
      assert.equal(await refusal(ask(sidecar, path, infer)), '401 UNAUTHENTICATED', path);
    }
  });

  test('refuses in the shape of the protocol, whoever refuses', async () => {
    assert.equal(await refusal(ask(sidecar, '/nothing')), '404 NOT_FOUND');
    assert.equal(await refusal(ask(sidecar, '/models/scale/infer')), '405 METHOD_NOT_ALLOWED');
    assert.equal(await refusal(ask(sidecar, '/models/scale', { body: {} })), '405 METHOD_NOT_ALLOWED');
    assert.equal(await refusal(ask(sidecar, '/repository/index', { body: '[]' })), '400 INPUT_INVALID');
    const zipped = { body: scale(1), headers: { 'content-encoding': 'gzip' } };
    assert.equal(await refusal(ask(sidecar, '/models/scale/infer', zipped)), '415 UNSUPPORTED_MEDIA_TYPE');
  });

  test('takes bodies without a declared length, and without a type, up to the limit', async () => {
    const send = async (body: Uint8Array[], headers: Record<string, string> = {}) => {
      const outgoing = request(`${sidecar.url}/v2/models/scale/infer`, {
        method: 'POST',
        headers: { ...bearer(localToken), ...headers },
      });
      outgoing.on('error', () => undefined);
      for (const part of body) outgoing.write(part);
      outgoing.end();
      const [response] = (await once(outgoing, 'response')) as [import('node:http').IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    const json = Buffer.from(JSON.stringify(scale(1)));
    assert.equal(await send([json]), 200);
    assert.equal(await send([json.subarray(0, 9), json.subarray(9)]), 200);
    const much = Array.from({ length: 20 }, () => Buffer.alloc(16 * 1024, ' '));
    assert.equal(await send(much), 413);
    assert.equal(await send(much.slice(0, 1), { 'content-length': String(1024 ** 3) }), 413);
  });

  test('a tensor that arrives in pieces is the tensor that was sent', async () => {
    await writeNetwork(
      directory,
      'bytes',
      { 1: identityNetwork('uint8', ['rows']) },
      { engine: { kind: 'local', placement: 'engines' } },
    );
    const data = Uint8Array.from({ length: 50_000 }, (_, at) => at % 251);
    const json = JSON.stringify({
      inputs: [{ name: 'x', shape: [data.length], datatype: 'UINT8', parameters: { binary_data_size: data.length } }],
      parameters: { binary_data_output: true },
    });
    const outgoing = request(`${sidecar.url}/v2/models/bytes/infer`, {
      method: 'POST',
      headers: {
        ...{ ...bearer(localToken), ...octets },
        'inference-header-content-length': json.length,
        'content-length': json.length + data.length,
      },
    });
    outgoing.write(json);
    for (let at = 0; at < data.length; at += 7_001) {
      outgoing.write(data.subarray(at, at + 7_001));
      await new Promise((resolve) => setImmediate(resolve));
    }
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [import('node:http').IncomingMessage];
    const body = Buffer.concat(await response.toArray());
    assert.equal(response.statusCode, 200, body.toString().slice(0, 200));
    const answer = body.subarray(Number(response.headers['inference-header-content-length']));
    assert.deepEqual(new Uint8Array(answer), data);
  });
});

test('whoever comes too late, or to a full queue, hears so with a time to come back', async () => {
  await using sidecar = await startSidecar({ queueSize: 2, blobsDelayMs: 300 });
  const [input] = ((await ask(sidecar, '/models/blobs')).json as { inputs: { name: string; shape: number[] }[] })
    .inputs;
  const shape = (input?.shape ?? []).map((size) => (size < 0 ? 1 : size));
  const size = shape.reduce((product, each) => product * each, 1);
  const infer = (parameters: object = {}) => {
    const inputs = [{ name: input?.name, shape, datatype: 'UINT8', parameters: { binary_data_size: size } }];
    const { headers, body } = binaryMessage({ inputs, parameters }, new Uint8Array(size));
    return ask(sidecar, '/models/blobs/infer', { headers, body: new Uint8Array(body) });
  };
  const answers = await Promise.all(Array.from({ length: 8 }, () => infer()));
  const refused = answers.filter(({ status }) => status !== 200);
  // One in the engine and two waiting.
  assert.ok(refused.length > 0 && refused.length <= 5, `${refused.length} of 8 refused`);
  for (const { status, json, headers } of refused) {
    assert.equal(`${status} ${(json as { code: string }).code}`, '503 QUEUE_FULL');
    assert.equal(headers.get('retry-after'), '1');
  }
  assert.equal(await refusal(infer({ timeout: 50_000 })), '504 DEADLINE_EXCEEDED');
});

describe('a model that takes long to come up', () => {
  test('is waited for no longer than the caller or the sidecar allows', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    // The sidecar asks it what it has, and never hears of it.
    const engine = { kind: 'remote', url: `http://127.0.0.1:${port}`, timeoutMs: 600_000 };
    const config = { task: 'tensors', licence: 'MIT', source: 'made by a test', digests: {}, engine };
    {
      await using sidecar = await startSidecar({ predictTimeoutMs: 600_000 });
      await mkdir(join(sidecar.folder, 'models', 'far'));
      await writeFile(join(sidecar.folder, 'models', 'far', 'config.json'), JSON.stringify(config));
      const body = { ...scale(1), parameters: { timeout: 50_000 } };
      const answer = await ask(sidecar, '/models/far/infer', { body });
      assert.equal(`${answer.status} ${(answer.json as { code: string }).code}`, '503 MODEL_NOT_READY');
      assert.ok(Number(answer.headers.get('retry-after')) > 0);
    }
    {
      await using sidecar = await startSidecar({ predictTimeoutMs: 50 });
      await mkdir(join(sidecar.folder, 'models', 'far'));
      await writeFile(join(sidecar.folder, 'models', 'far', 'config.json'), JSON.stringify(config));
      assert.equal(await refusal(ask(sidecar, '/models/far/infer', { body: scale(1) })), '503 MODEL_NOT_READY');
      assert.equal(await refusal(ask(sidecar, '/models/far')), '503 MODEL_NOT_READY');
      assert.equal(await refusal(ask(sidecar, '/models/nobody')), '404 MODEL_NOT_INSTALLED');
    }
    silent.closeAllConnections();
    silent.close();
  });
});
