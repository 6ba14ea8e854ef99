import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SidecarError } from '@sightline/inference/errors';
import { createAnswerCache, noTime } from '@sightline/inference/cache/answer-cache';
import { createLook } from '@sightline/inference/http/look';
import type { ServedModel } from '@sightline/inference/models/served-model';
import type { Answer } from '@sightline/inference/pictures/answers';
import { createJournal } from '@sightline/inference/usage/journal';
import { openSpool } from '@sightline/inference/usage/spool';
import { createUsageMetrics } from '@sightline/inference/usage/usage-metrics';
import { decodeRecords } from '@sightline/inference/usage/usage-record';
import { createMetrics } from '@sightline/inference/metrics';
import { organization, organizationId, startCallerServer } from './caller-server.ts';
import { identityNetwork, writeNetwork } from './oip-models.ts';
import { blob, bytesOf, scene, twoBlobs } from './pictures.ts';
import { bearer, localToken, refusal, serviceToken, startSidecar } from './sidecar.ts';

const apiKeyId = '01930000-0000-7000-8000-00000000000a';
const keys = { key: organization(['inference:use'], { apiKeyId, credentialId: apiKeyId }) };

const caller = {
  kind: 'organization' as const,
  organizationId,
  permissions: [],
  weight: 1,
  credential: null,
  apiKeyId: null,
  limits: { organization: null, key: null },
  hardQuota: false,
  isOperator: false,
};
const call = { task: 'detection', model: 'blobs', cached: false, count: 1 };

/** A picture that nobody sent before. */
const freshPicture = (n: number) => bytesOf(scene([blob('red', 10 + n, 20, 60, 40)]).png());

const post = (url: string, token: string, body: Uint8Array<ArrayBuffer>) =>
  fetch(`${url}/predict`, { method: 'POST', body, headers: { ...bearer(token), 'content-type': 'image/png' } });

async function dataFolder() {
  const path = await mkdtemp(join(tmpdir(), 'sightline-usage-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test('what an organization had answered is reported once each; failed, cached and our own calls are free', async () => {
  await using server = await startCallerServer(keys);
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl });
  for (let n = 0; n < 3; n++) assert.equal((await post(sidecar.url, 'key', await freshPicture(n))).status, 200);
  const again = await post(sidecar.url, 'key', await freshPicture(0));
  assert.deepEqual([again.status, again.headers.get('x-cache')], [200, 'hit']);
  assert.equal((await post(sidecar.url, 'key', new Uint8Array([1, 2, 3]))).status, 415);
  for (const token of [localToken, serviceToken]) {
    assert.equal((await post(sidecar.url, token, await freshPicture(7))).status, 200);
  }
  await server.until(() => server.recorded.size === 3);
  const records = [...server.recorded.values()];
  for (const { organizationId: whose, apiKeyId: key, task, model, count } of records) {
    assert.deepEqual([whose, key, task, model, count], [organizationId, apiKeyId, 'detection', 'blobs', 1]);
  }
  assert.equal(server.posts.flat().length, 3, 'nothing else was sent, and nothing twice');
});

test('a call is on disk before its answer leaves', async () => {
  await using server = await startCallerServer(keys);
  server.usage.status = 503;
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl });
  for (let n = 1; n <= 3; n++) {
    assert.equal((await post(sidecar.url, 'key', await freshPicture(n))).status, 200);
    assert.equal((await recordsIn(join(sidecar.folder, 'usage'))).length, n);
  }
});

test('usage waits on disk while the server is away, through a restart, and goes when it is back', async () => {
  await using folder = await dataFolder();
  await using server = await startCallerServer(keys);
  server.usage.status = 500;
  const config = { serverUrl: server.serverUrl, dataDirectory: folder.path };
  {
    await using sidecar = await startSidecar(config);
    for (let n = 0; n < 5; n++) assert.equal((await post(sidecar.url, 'key', await freshPicture(n))).status, 200);
    await server.until(() => server.posts.length >= 2);
    assert.match(await metricsOf(sidecar.url), /usage_spool_bytes [1-9]/);
  }
  assert.equal(server.recorded.size, 0);
  server.usage.status = 200;
  await using sidecar = await startSidecar(config);
  assert.equal((await post(sidecar.url, 'key', await freshPicture(9))).status, 200);
  await server.until(() => server.recorded.size === 6);
  while (!/usage_spool_bytes 0\n/.test(await metricsOf(sidecar.url)));
  assert.deepEqual(await recordsIn(join(folder.path, 'usage')), [], 'what was confirmed is gone');
});

test('a full spool refuses organizations before their pictures are looked at, loses nothing, and empties', async () => {
  await using server = await startCallerServer(keys);
  server.usage.status = 500;
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl, usageSpoolBytesMax: 500 });
  let answered = 0;
  let refused: Response;
  for (;;) {
    refused = await post(sidecar.url, 'key', await freshPicture(answered));
    if (refused.status !== 200) break;
    answered++;
  }
  assert.ok(refused.headers.get('retry-after'));
  assert.equal(await refusal(refused), '503 SERVICE_UNAVAILABLE');
  assert.equal((await post(sidecar.url, localToken, await twoBlobs())).status, 200, 'who is not billed goes on');
  server.usage.status = 200;
  await server.until(() => server.recorded.size === answered);
  while (!/usage_spool_bytes 0\n/.test(await metricsOf(sidecar.url)));
  assert.equal((await post(sidecar.url, 'key', await freshPicture(50))).status, 200);
});

test('what the server will never take is kept beside the spool and holds nothing else up', async () => {
  await using server = await startCallerServer(keys);
  server.usage.status = 400;
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl });
  await post(sidecar.url, 'key', await freshPicture(0));
  await server.until(() => server.posts.length === 1);
  while (!/result="refused"\} 1/.test(await metricsOf(sidecar.url)));
  server.usage.status = 200;
  await post(sidecar.url, 'key', await freshPicture(1));
  await server.until(() => server.recorded.size === 1);
  const kept = (await readdir(join(sidecar.folder, 'usage'), { recursive: true })).filter((name) =>
    name.endsWith('.refused'),
  );
  assert.equal(kept.length, 1);
});

test('of a batch that the server refuses, only the bad records are kept beside the spool', async () => {
  await using server = await startCallerServer(keys);
  server.usage.status = 503;
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl });
  for (let n = 0; n < 9; n++) assert.equal((await post(sidecar.url, 'key', await freshPicture(n))).status, 200);
  const written = await recordsIn(join(sidecar.folder, 'usage'));
  const bad = new Set([written[2]?.id, written[8]?.id]);
  server.usage.takes = ({ id }) => !bad.has(id);
  server.usage.status = 200;
  await server.until(() => server.recorded.size === 7);
  while (!/usage_spool_bytes 0\n/.test(await metricsOf(sidecar.url)));
  assert.match(await metricsOf(sidecar.url), /result="refused"\} 2/);
  const kept = await recordsIn(join(sidecar.folder, 'usage'), '.refused');
  assert.deepEqual(new Set(kept.map(({ id }) => id)), bad);
});

test('a shape without elements counts as one, and no count is more than the server takes', async () => {
  await using folder = await dataFolder();
  await writeNetwork(folder.path, 'free', { 1: identityNetwork('float32', ['rows', 'columns']) });
  await using server = await startCallerServer(keys);
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl, modelsDirectory: folder.path });
  const infer = (shape: number[], data: number[]) =>
    fetch(`${sidecar.url}/v2/models/free/infer`, {
      ...{ method: 'POST', headers: bearer('key') },
      body: JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape, data }] }),
    });
  const shapes: [number[], number[]][] = [
    [[2 ** 31, 0], []],
    [
      [3, 1],
      [1, 2, 3],
    ],
  ];
  // Whether the engine takes the first is its own affair.
  for (const [shape, data] of shapes) await (await infer(shape, data)).text();
  await server.until(() => [...server.recorded.values()].some(({ count }) => count === 3));
  for (const { count } of server.recorded.values()) assert.ok(count === 1 || count === 3, `${count}`);

  const lines: string[] = [];
  const journal = createJournal({
    spool: { isFull: false, append: (text) => void lines.push(text), sync: async () => {} },
    ...{ waitsForDisk: false, onWritten() {}, now: () => 0, log: { error() {}, info() {} } },
    metrics: createUsageMetrics(createMetrics().registry),
  });
  await journal.record(caller, { ...call, count: 2 ** 40 });
  assert.equal(decodeRecords(lines.join('')).records[0]?.count, 2 ** 31 - 1);
});

test('a record that a crash tore is dropped; those before and after it are whole', () => {
  const record = (n: number) => ({
    id: `01930000-0000-7000-8000-00000000000${n}`,
    organizationId,
    apiKeyId: null,
    task: 'detection',
    model: 'blobs',
    count: 1,
    at: '2026-01-01T00:00:00.000Z',
  });
  const [a, b, c] = [1, 2, 3].map((n) => JSON.stringify(record(n)));
  const { records, tornCount } = decodeRecords(`${a}\n${b?.slice(0, 40)}\n${c}\n{"id`);
  // As sidecars wrote them that knew no names of calls.
  const whole = [record(1), record(3)].map((told) => ({ ...told, callId: null }));
  assert.deepEqual([records, tornCount], [whole, 2]);
});

test('two sidecars of one data folder leave each other’s records alone; the next one takes over what is left', async () => {
  await using folder = await dataFolder();
  const options = { directory: join(folder.path, 'usage'), bytesMax: 1e6, segmentBytesMax: 1e6 };
  {
    await using first = openSpool(options);
    await using second = openSpool(options);
    first.append('first\n');
    second.append('second\n');
    await using third = openSpool(options);
    assert.deepEqual(third.sealed(), []);
    first.adopt();
    assert.deepEqual([first.sealed(), first.heldBytes], [[], 6]);
  }
  await using next = openSpool(options);
  const texts = await Promise.all(next.sealed().map((name) => next.read(name)));
  assert.deepEqual(texts.toSorted(), ['first\n', 'second\n']);
  assert.equal(next.heldBytes, 13);
});

test('a segment ends when it is long enough, and every byte is accounted for', async () => {
  await using folder = await dataFolder();
  await using spool = openSpool({ directory: folder.path, bytesMax: 1e6, segmentBytesMax: 20 });
  spool.append('0123456789\n');
  spool.append('0123456789\n');
  spool.append('next\n');
  await spool.sync();
  assert.equal(spool.sealed().length, 1);
  assert.equal(spool.heldBytes, 27);
  const [name = ''] = spool.sealed();
  await spool.remove(name);
  assert.equal(spool.heldBytes, 5);
  await appendFile(join(folder.path, '1', 'other.txt'), 'not a segment');
  spool.adopt();
  assert.equal(spool.heldBytes, 5);
});

test('one run for several identical requests is paid for once, also when the one who began it hangs up', async () => {
  await using server = await startCallerServer(keys);
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl, blobsDelayMs: 300 });
  const body = await freshPicture(0);
  const headers = { ...bearer('key'), 'content-type': 'image/png' };
  const hangUp = new AbortController();
  const first = fetch(`${sidecar.url}/predict`, { method: 'POST', body, headers, signal: hangUp.signal });
  while (!/cache_total\{result="miss"\} 1/.test(await metricsOf(sidecar.url)));
  const others = [1, 2].map(() => post(sidecar.url, 'key', body));
  while (!/cache_total\{result="joined"\} 2/.test(await metricsOf(sidecar.url)));
  hangUp.abort();
  await assert.rejects(first);
  const marks = (await Promise.all(others)).map((answer) => answer.headers.get('x-cache'));
  assert.deepEqual(marks.toSorted(), ['hit', 'miss']);
  await server.until(() => server.recorded.size === 1);
});

test('a run whose answer was refused is not free for whoever asks next', async () => {
  await using server = await startCallerServer(keys);
  await using sidecar = await startSidecar({ serverUrl: server.serverUrl });
  const headers = { ...bearer('key'), 'content-type': 'image/png' };
  const send = (path: string, body: Uint8Array<ArrayBuffer>) =>
    fetch(`${sidecar.url}${path}`, { method: 'POST', body, headers });
  const runs = async () => /pictures_total (\d+)/.exec(await metricsOf(sidecar.url))?.[1];
  const before = await runs();
  for (let n = 0; n < 3; n++) {
    const refused = await send('/predict?embedding=true', await freshPicture(n));
    assert.equal(await refusal(refused), '400 INPUT_INVALID');
  }
  assert.equal(await runs(), before, 'what the model cannot give is refused before it runs');
  const paid = await send('/predict', await freshPicture(0));
  assert.deepEqual([paid.status, paid.headers.get('x-cache')], [200, 'miss']);
  await server.until(() => server.recorded.size === 1);
});

test('a picture that could not be drawn is paid for by whoever it is of use to', async () => {
  let isRecorded = 0;
  const cache = createAnswerCache<Answer>({
    ...{ entriesMax: 10, bytesMax: 10_000, isShared: false, byteSizeOf: () => 0 },
    count: () => undefined,
  });
  const detections = { detections: [], picture: { width: 1, height: 1 }, timings: noTime };
  const model = {
    ...{ name: 'blobs', config: { task: 'detection' } },
    detector: { thresholds: { confidence: 0.5 }, file: async () => detections },
  } as unknown as ServedModel;
  const look = createLook({
    ...{ cache, modelKey: () => 'sha256:1', bodyBytesMax: 1_000 },
    recordUsage: async () => void isRecorded++,
  });
  const question = {
    ...{ caller: { kind: 'local' as const }, model, bytes: Uint8Array.of(1), confidenceMin: null },
    ...{ priority: 'interactive' as const, timeoutMs: 1_000, signal: new AbortController().signal },
  };
  const failing = look(question, () => Promise.reject(new Error('It cannot be drawn.')));
  await assert.rejects(failing, /drawn/);
  assert.equal(isRecorded, 0);
  assert.equal(await look(question, ({ cached }) => cached), false);
  assert.equal(await look(question, ({ cached }) => cached), true);
  assert.equal(isRecorded, 1);
});

test('what cannot be written down is not answered; one line says so and one says that it is over', async () => {
  const lines: string[] = [];
  const say = (_fields: unknown, text?: string) => void lines.push(text ?? String(_fields));
  let isBroken = true;
  const written: string[] = [];
  const journal = createJournal({
    spool: {
      isFull: false,
      append(text) {
        if (isBroken) throw new Error('ENOSPC');
        written.push(text);
      },
      sync: async () => {},
    },
    waitsForDisk: false,
    onWritten() {},
    now: () => 0,
    metrics: createUsageMetrics(createMetrics().registry),
    log: { error: say, info: say },
  });
  const together = await Promise.allSettled([journal.record(caller, call), journal.record(caller, call)]);
  for (const outcome of together) {
    assert.equal(outcome.status === 'rejected' && (outcome.reason as SidecarError).code, 'SERVICE_UNAVAILABLE');
  }
  isBroken = false;
  await Promise.all([journal.record(caller, call), journal.record(caller, call)]);
  assert.equal(written.length, 1, 'calls that end together share a write');
  assert.equal(decodeRecords(written.join('')).records.length, 2);
  assert.deepEqual(lines, ['usage cannot be recorded; organizations are refused', 'usage is recorded again']);
});

const metricsOf = async (url: string) => (await fetch(`${url}/metrics`)).text();

/** Every record in the segments of a spool. */
async function recordsIn(directory: string, suffix = '.ndjson') {
  const names = (await readdir(directory, { recursive: true })).filter((name) => name.endsWith(suffix));
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
  return texts.flatMap((text) => decodeRecords(text).records);
}
