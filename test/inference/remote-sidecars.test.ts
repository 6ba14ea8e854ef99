import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { binaryMessage, bytesOf } from './oip-golden.ts';
import { pairNetwork, writeNetwork } from './oip-models.ts';
import { twoBlobs } from './pictures.ts';
import { bearer, localToken, startSidecar } from './sidecar.ts';
import type { TestSidecar } from './sidecar.ts';

const picture = { 'content-type': 'image/png', ...bearer(localToken) };

/** A sidecar whose models `far-blobs` and `far-pair` run on `back`. */
async function startFront(back: string, overrides: Parameters<typeof startSidecar>[0] = {}): Promise<TestSidecar> {
  const front = await startSidecar({ remoteTokens: { REMOTE_BACK: localToken }, cacheEntriesMax: 0, ...overrides });
  const models = join(front.folder, 'models');
  const engine = { kind: 'remote', url: back, tokenVariable: 'REMOTE_BACK', connectionsMax: 4 };
  await cp(join(models, 'blobs'), join(models, 'far-blobs'), { recursive: true });
  const path = join(models, 'far-blobs', 'config.json');
  const config = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...config, engine: { ...engine, model: 'blobs' } }));
  await writeNetwork(models, 'far-pair', {}, { engine: { ...engine, model: 'pair' } });
  return front;
}

async function startBack(overrides: Parameters<typeof startSidecar>[0] = {}): Promise<TestSidecar> {
  const back = await startSidecar({ cacheEntriesMax: 0, ...overrides });
  await writeNetwork(join(back.folder, 'models'), 'pair', { 1: pairNetwork() });
  return back;
}

async function look({ url }: TestSidecar, model: string) {
  const body = await twoBlobs();
  const response = await fetch(`${url}/predict/${model}`, { method: 'POST', body, headers: picture });
  const json = (await response.json()) as { detections?: unknown[]; error?: { code: string } };
  return { status: response.status, retryAfter: response.headers.get('retry-after'), ...json };
}

test('what runs on another sidecar answers as if it ran here', async () => {
  await using back = await startBack();
  await using front = await startFront(back.url);

  const near = await look(back, 'blobs');
  const far = await look(front, 'far-blobs');
  assert.equal(far.detections?.length, 2);
  assert.deepEqual(far.detections, near.detections);

  const floats = bytesOf(Float32Array.of(1, 2));
  const tensor = (name: string) => ({ name, datatype: 'FP32', shape: [1, 2], parameters: { binary_data_size: 8 } });
  const asked = { inputs: [tensor('a'), tensor('b')], parameters: { binary_data_output: true } };
  const { headers, body } = binaryMessage(asked, floats, floats);
  const infer = async ({ url }: TestSidecar, model: string) => {
    const response = await fetch(`${url}/v2/models/${model}/infer`, {
      ...{ method: 'POST', body: new Uint8Array(body) },
      headers: { ...headers, ...bearer(localToken) },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    return bytes.subarray(Number(response.headers.get('inference-header-content-length'))).toString('hex');
  };
  assert.equal(await infer(front, 'far-pair'), await infer(back, 'pair'));

  const described = await fetch(`${front.url}/v2/models/far-pair`, { headers: bearer(localToken) });
  const { platform, inputs } = (await described.json()) as { platform: string; inputs: unknown };
  assert.equal(platform, 'open_inference_protocol');
  assert.deepEqual(
    inputs,
    ['a', 'b'].map((name) => ({ name, datatype: 'FP32', shape: [-1, 2] })),
  );
});

test('with the other one gone callers hear so at once, and are answered again when it is back', async () => {
  await using stack = new AsyncDisposableStack();
  const back = await startBack();
  let isGone = false;
  stack.defer(async () => void (isGone || (await back[Symbol.asyncDispose]())));
  await using front = await startFront(back.url);
  assert.equal((await look(front, 'far-blobs')).status, 200);

  await back[Symbol.asyncDispose]();
  isGone = true;
  for (let tries = 0; tries < 8; tries++) {
    const { status, error, retryAfter } = await look(front, 'far-blobs');
    assert.equal(`${status} ${error?.code}`, '503 SERVICE_UNAVAILABLE');
    assert.ok(Number(retryAfter) >= 1);
  }
  const ready = await fetch(`${front.url}/v2/models/far-blobs/ready`, { headers: bearer(localToken) });
  assert.equal(ready.status, 503);
  // What runs here goes on.
  assert.equal((await look(front, 'blobs')).status, 200);

  stack.use(await startBack({ port: Number(new URL(back.url).port) }));
  let last = await look(front, 'far-blobs');
  while (last.status !== 200) {
    assert.equal(last.error?.code, 'SERVICE_UNAVAILABLE');
    last = await look(front, 'far-blobs');
  }
  assert.equal(last.detections?.length, 2);
});

test('a slow one costs its callers no more time than they have', async () => {
  await using back = await startBack({ blobsDelayMs: 700 });
  await using front = await startFront(back.url);
  assert.equal((await look(front, 'far-blobs')).status, 200);
  await using hurried = await startFront(back.url, { predictTimeoutMs: 300 });
  await fetch(`${hurried.url}/v2/repository/models/far-blobs/load`, { method: 'POST', headers: bearer(localToken) });
  const { status, error } = await look(hurried, 'far-blobs');
  assert.equal(`${status} ${error?.code}`, '504 DEADLINE_EXCEEDED');
});
